import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { encodeCursor, parseArgs } from '../../../lib/http/args.ts';
import { listQuery } from '../../../lib/http/list-args.ts';
import { PayoutsQuery } from '../../../lib/http/payouts-query.ts';
import { QueueQuery } from '../../../lib/http/queue-query.ts';
import { RewardsQuery } from '../../../lib/http/rewards-query.ts';

const ID = '01a204d3-28e0-7285-b278-86bb311f921e';
const GRANTED = '2026-03-01T00:00:00.000Z#reward-1';
const invalid = expect.objectContaining({ tag: 'invalid_args' });

describe('a list', () => {
  const Query = listQuery(['red', 'blue'], v.pipe(v.string(), v.startsWith('key')));
  const ask = (query: Record<string, string>) => parseArgs(Query, query);

  test('begins with 50 of all', () =>
    expect(ask({})).toEqual({ limit: 50, offset: 0, after: undefined, statuses: undefined }));

  test.each([
    ['1', '0', 1, 0],
    ['200', String(Number.MAX_SAFE_INTEGER), 200, Number.MAX_SAFE_INTEGER],
    ['0', '-1', 50, 0],
    ['201', String(2n ** 53n), 50, 0],
  ])('?limit=%s&offset=%s', (limit, offset, ...expected) =>
    expect(Object.values(ask({ limit, offset })).slice(0, 2)).toEqual(expected),
  );

  test.each([
    ['red', ['red']],
    ['blue,red', ['red', 'blue']],
    ['red,green', ['red']],
    ['Red', []],
    [' red', []],
    ['', []],
  ])('?status=%j', (status, known) => expect(ask({ status }).statuses).toEqual(new Set(known)));

  test('goes on after a cursor, whatever the offset says', () =>
    expect(ask({ cursor: encodeCursor('key 1'), offset: '5' })).toMatchObject({
      offset: 0,
      after: 'key 1',
    }));

  test('takes only cursors that hold a key', () =>
    expect(() => ask({ cursor: encodeCursor('no key') })).toThrow(invalid));
});

test('a list of payouts goes on after an id', () => {
  expect(parseArgs(PayoutsQuery, { cursor: encodeCursor(ID) }).after).toBe(ID);
  expect(() => parseArgs(PayoutsQuery, { cursor: encodeCursor(GRANTED) })).toThrow(invalid);
});

test('a list of rewards goes on after a grant', () => {
  expect(parseArgs(RewardsQuery, { cursor: encodeCursor(GRANTED) }).after).toBe(GRANTED);
  for (const key of [
    ID,
    `x${GRANTED}`,
    `${GRANTED} `,
    '2026-03-01T00:00:00.000Z#',
    `${GRANTED}${'x'.repeat(128)}`,
  ])
    expect(() => parseArgs(RewardsQuery, { cursor: encodeCursor(key) })).toThrow(invalid);
});

test('the queue is of one of the two open statuses', () => {
  expect(parseArgs(QueueQuery, {})).toEqual({ status: 'requested', limit: 50 });
  expect(
    parseArgs(QueueQuery, { status: 'processing', limit: '7', cursor: encodeCursor(ID) }),
  ).toEqual({
    status: 'processing',
    limit: 7,
    cursor: ID,
  });
  expect(() => parseArgs(QueueQuery, { status: 'sent' })).toThrow(invalid);
});
