import { expect, test } from 'vitest';
import { EventRejectedError } from '../../lib/billing-events.ts';
import {
  ApiError,
  CorruptItemError,
  errors,
  inDoubtOr,
  invalidField,
  OutcomeUnknownError,
} from '../../lib/errors.ts';
import { INT64_MAX } from '../../lib/money.ts';
import { PayoutRequest } from '../../lib/payout.ts';
import { BillingId, SpendRequest } from '../../lib/reward.ts';
import { MAX_NOTE_CHARACTERS, SentReport, UnpaidReport } from '../../lib/settlement/transitions.ts';

test('a refusal carries its tag, and says what the caller may read', () => {
  const error = new ApiError('balance_insufficient');
  expect(error.tag).toBe('balance_insufficient');
  expect(error.message).toBe(errors.balance_insufficient.message);
});

test.each([
  ['ApiError', new ApiError('internal')],
  ['CorruptItemError', new CorruptItemError()],
  ['OutcomeUnknownError', new OutcomeUnknownError()],
  ['EventRejectedError', new EventRejectedError()],
])('%s is called so in the log', (name, error) => expect(error.name).toBe(name));

const messageOf = (field: string) => invalidField(field).message;

test('a wrong field is named, with what is wrong and what it must be', () => {
  const error = invalidField('note', 'is too long');
  expect([error.tag, error.details]).toEqual(['invalid_args', { field: 'note' }]);
  expect(error.message).toMatch(/^The value of note is too long; it must be a string of 1 to /);
  expect(messageOf('new_field')).toBe('The value of new_field is not allowed.');
  expect(invalidField('status', 'is missing', 'one of a, b').message).toBe(
    'The value of status is missing; it must be one of a, b.',
  );
});

test('each field of a body has words, whose bounds are those of its schema', () => {
  const { reason: _, ...ended } = UnpaidReport.entries;
  const bodies = [PayoutRequest.entries, SpendRequest.entries, SentReport.entries, ended];
  const filters = ['network', 'min_micro', 'max_micro', 'requested_before'];
  const others = ['body', 'cursor', 'idempotency-key', ...filters];
  for (const field of [...bodies.flatMap(Object.keys), ...others])
    expect(messageOf(field)).toMatch(/; it must be .{5,90}\.$/);
  expect(messageOf('note')).toContain(` 1 to ${MAX_NOTE_CHARACTERS} `);
  expect(messageOf('amount_micro')).toContain(` 1 to ${INT64_MAX}`);
  const length = BillingId.pipe.find((part) => part.type === 'max_length');
  expect(messageOf('invoice_id')).toContain(` 1 to ${length?.requirement} `);
});

test('a failure leaves a write in doubt that may still arrive, unless its outcome was said', () => {
  const broken = new TypeError('broken');
  const said = [new ApiError('balance_insufficient'), new OutcomeUnknownError('p1')];
  for (const error of [broken, ...said]) expect(inDoubtOr(error, false, 'p1')).toBe(error);
  for (const error of said) expect(inDoubtOr(error, true, 'p1')).toBe(error);
  const inDoubt = inDoubtOr(broken, true, 'p1');
  expect(inDoubt).toBeInstanceOf(OutcomeUnknownError);
  expect(inDoubt).toMatchObject({ message: 'p1: failed after a lost reply', cause: broken });
});
