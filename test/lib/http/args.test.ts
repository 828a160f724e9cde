import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../lib/errors.ts';
import {
  cursorOf,
  encodeCursor,
  integerOr,
  parseArgs,
  pathId,
  payoutsQuery,
  queueQuery,
  rewardsQuery,
} from '../../../lib/http/args.ts';
import { INT64_MAX } from '../../../lib/money.ts';
import { httpEvent } from '../../support/sample-events.ts';

const ID = '01a204d3-28e0-7285-b278-86bb311f921e';
const invalid = expect.objectContaining({ tag: 'invalid_args' });

const Limit = v.object({ limit: integerOr(50, 1, 200) });
const limitOf = (limit?: string) => parseArgs(Limit, limit === undefined ? {} : { limit }).limit;

describe('what is wrong with which field', () => {
  const Body = v.object({
    note: v.pipe(v.string(), v.nonEmpty(), v.maxCodePoints(2)),
    invoice_id: v.optional(v.pipe(v.string(), v.maxLength(2))),
    network: v.optional(v.picklist(['a', 'b-c'])),
  });
  const hostile = '\u202e\u001b[2J';
  const NOTE = 'it must be a string of 1 to 500 characters of which people see at least one';
  const ID = 'it must be a string of 1 to 128 visible ASCII characters';
  const BODY = 'it must be a JSON object';

  test.each([
    [{}, 'note', `is missing; ${NOTE}`],
    [{ note: 5 }, 'note', `has the wrong type; ${NOTE}`],
    [{ note: null }, 'note', `has the wrong type; ${NOTE}`],
    [{ note: '' }, 'note', `is not allowed; ${NOTE}`],
    [{ note: hostile }, 'note', `is too long; ${NOTE}`],
    [{ note: 'x', invoice_id: hostile }, 'invoice_id', `is too long; ${ID}`],
    [{ note: 'x', network: hostile }, 'network', 'is not allowed; it must be one of a, b-c'],
    [{ note: 'x', network: 5 }, 'network', 'is not allowed; it must be one of a, b-c'],
    [[], 'body', `has the wrong type; ${BODY}`],
    ['text', 'body', `has the wrong type; ${BODY}`],
    [null, 'body', `has the wrong type; ${BODY}`],
  ])('%j', (input, field, wrong) =>
    expect(() => parseArgs(Body, input)).toThrow(
      expect.objectContaining({
        tag: 'invalid_args',
        details: { field },
        message: `The value of ${field} ${wrong}.`,
      }),
    ),
  );
});

describe('integerOr', () => {
  test.each([
    ['1', 1],
    ['200', 200],
    ['007', 7],
  ])('%s is %i', (text, value) => expect(limitOf(text)).toBe(value));

  test.each([
    undefined,
    '',
    '0',
    '201',
    '-1',
    '1.5',
    '1e2',
    'ten',
    ' 5',
    '5,6',
    '99999999999999999999',
  ])('%j gives the default', (text) => expect(limitOf(text)).toBe(50));
});

test.each([[[]], [null], ['{}'], [5]])(
  '%j is no object, even where every field is optional',
  (input) =>
    expect(() => parseArgs(v.object({ a: v.optional(v.string()) }), input)).toThrow(invalid),
);

describe('cursors', () => {
  const id = ID;
  const Cursor = v.object({ cursor: cursorOf(v.pipe(v.string(), v.uuid())) });

  test('a cursor leads back to its id', () =>
    expect(parseArgs(Cursor, { cursor: encodeCursor(id) }).cursor).toBe(id));

  test.each([
    '',
    'x',
    id,
    '%00',
    encodeCursor('not an id'),
    `${encodeCursor(id)}AAAA`,
    `${encodeCursor(id)}=`,
    `${encodeCursor(id)}!`,
    ` ${encodeCursor(id)}`,
    `${encodeCursor(id)},`,
  ])('%j is invalid_args', (cursor) =>
    expect(() => parseArgs(Cursor, { cursor })).toThrow(invalid),
  );
});

const event = (pathParameters?: Record<string, string>) =>
  httpEvent(pathParameters === undefined ? {} : { pathParameters });

test('an id is a UUID of either case, and is read in lower case', () => {
  const shouted = event({ id: ID.toUpperCase(), user_id: ID.toUpperCase() });
  expect(pathId(shouted, 'user_id', 'invalid_user_id')).toBe(ID);
  expect(pathId(shouted, 'id', 'invalid_payout_id')).toBe(ID);
});

test.each([undefined, {}, { id: ID.slice(1) }, { user_id: ID }])(
  '%j has no id, which is told by the tag of the route',
  (parameters) => {
    expect(() => pathId(event(parameters), 'id', 'invalid_payout_id')).toThrow(
      new ApiError('invalid_payout_id'),
    );
    expect(() => pathId(event(parameters), 'id', 'payout_not_found')).toThrow(
      new ApiError('payout_not_found'),
    );
  },
);

const GRANTED = '2026-03-01T00:00:00.000Z#reward-1';

describe('a list', () => {
  const Query = payoutsQuery();
  const ask = (query: Record<string, string>) => parseArgs(Query, query);

  test('begins with 50 of all', () =>
    expect(ask({})).toEqual({
      limit: 50,
      offset: undefined,
      after: undefined,
      statuses: undefined,
    }));

  test.each([
    ['1', '0', 1, 0],
    ['200', String(Number.MAX_SAFE_INTEGER), 200, Number.MAX_SAFE_INTEGER],
    ['0', '-1', 50, 0],
    ['201', String(2n ** 53n), 50, 0],
  ])('?limit=%s&offset=%s', (limit, offset, ...expected) =>
    expect(Object.values(ask({ limit, offset })).slice(0, 2)).toEqual(expected),
  );

  test.each([
    ['sent', ['sent']],
    ['failed,sent', ['sent', 'failed']],
    ['sent,green', ['sent']],
    ['Sent', []],
    [' sent', []],
    ['', []],
  ])('?status=%j', (status, known) => expect(ask({ status }).statuses).toEqual(new Set(known)));

  test('goes on after a cursor, whatever the offset says', () =>
    expect(ask({ cursor: encodeCursor(ID), offset: '5' })).toMatchObject({
      offset: undefined,
      after: ID,
    }));

  test('takes only cursors that hold one of its keys', () =>
    expect(() => ask({ cursor: encodeCursor('no id') })).toThrow(invalid));
});

test('a list of payouts goes on after an id', () => {
  expect(parseArgs(payoutsQuery(), { cursor: encodeCursor(ID) }).after).toBe(ID);
  expect(() => parseArgs(payoutsQuery(), { cursor: encodeCursor(GRANTED) })).toThrow(invalid);
  // No answer has ever had one like it.
  const raised = encodeCursor(ID.toUpperCase());
  expect(() => parseArgs(payoutsQuery(), { cursor: raised })).toThrow(invalid);
  expect(() => parseArgs(queueQuery(), { cursor: raised })).toThrow(invalid);
});

test('a list of rewards goes on after a grant', () => {
  expect(parseArgs(rewardsQuery(), { cursor: encodeCursor(GRANTED) }).after).toBe(GRANTED);
  for (const key of [
    ID,
    `x${GRANTED}`,
    `${GRANTED} `,
    '2026-03-01T00:00:00.000Z#',
    `${GRANTED}${'x'.repeat(128)}`,
  ])
    expect(() => parseArgs(rewardsQuery(), { cursor: encodeCursor(key) })).toThrow(invalid);
});

describe('the query of the queue', () => {
  const ask = (query: Record<string, string>) => parseArgs(queueQuery(), query);

  test('is for all that is requested', () =>
    expect(ask({})).toEqual({ status: 'requested', limit: 50, mine: false, needsReview: false }));

  test('reads each filter', () =>
    expect(
      ask({
        status: 'processing',
        network: 'solana',
        mine: 'true',
        needs_review: 'true',
        min_micro: '1',
        max_micro: '9223372036854775807',
        requested_before: '2026-03-01T02:00:00+02:00',
        limit: '7',
        cursor: encodeCursor(ID),
      }),
    ).toEqual({
      status: 'processing',
      network: 'solana',
      mine: true,
      needsReview: true,
      minMicro: 1n,
      maxMicro: INT64_MAX,
      requestedBefore: '2026-03-01T00:00:00.000Z',
      limit: 7,
      after: ID,
    }));

  test('looks for what is mine among the claimed, and for what needs a review in all, unless told', () => {
    expect(ask({ mine: 'true' }).status).toBe('processing');
    expect(ask({ needs_review: 'true' }).status).toBeUndefined();
    expect(ask({ needs_review: 'true', mine: 'true' }).status).toBe('processing');
    expect(ask({ needs_review: 'true', status: 'requested' }).status).toBe('requested');
  });

  test.each([
    ['status', 'sent'],
    ['network', ''],
    ['network', 'Solana'],
    ['network', 'a'.repeat(65)],
    ['mine', 'false'],
    ['mine', 'true,true'],
    ['needs_review', '1'],
    ['min_micro', '0'],
    ['min_micro', '-1'],
    ['min_micro', '1e6'],
    ['min_micro', ''],
    ['max_micro', '9223372036854775808'],
    ['requested_before', '2026-03-01'],
    ['requested_before', 'yesterday'],
    ['cursor', ID],
  ])('%s=%s is refused by its name', (field, value) => {
    expect(() => ask({ [field]: value })).toThrow(
      expect.objectContaining({ tag: 'invalid_args', details: { field } }),
    );
  });
});
