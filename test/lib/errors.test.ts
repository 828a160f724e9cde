import { expect, test } from 'vitest';
import { EventRejectedError } from '../../lib/billing-events.ts';
import { ApiError, CorruptItemError, errors, OutcomeUnknownError } from '../../lib/errors.ts';

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
