import { describe, expect, test } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import { inCalls, type PayoutChange, payoutEvent } from '../../lib/payout-events.ts';

const change = (
  id: string,
  previousStatus: PayoutChange['previousStatus'] = null,
): PayoutChange => ({
  payout: {
    id,
    user_id: '00000000-0000-4000-8000-000000000001',
    amount_micro: 9007199254740993n,
    network: 'solana',
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    status: 'requested',
    requested_at: '2026-11-22T09:00:00.000Z',
  },
  previousStatus,
  at: '2026-11-22T09:00:00.000Z',
});

test('an event says what the payout is and was, with every digit', () => {
  const { type, source, time, detail } = payoutEvent(change('a', 'requested'));
  expect([type, source, time]).toEqual([
    'referral.payout.requested',
    'referral-payouts',
    '2026-11-22T09:00:00.000Z',
  ]);
  expect(parseJson(detail)).toEqual({ payout: change('a').payout, previous_status: 'requested' });
  expect(detail).toContain('"amount_micro":9007199254740993,');
  expect(payoutEvent(change('a')).detail).toContain('"previous_status":null');
});

describe('calls', () => {
  const ids = (letters: string) =>
    inCalls([...letters].map((letter) => change(letter))).map((call) =>
      call.map(({ payout }) => payout.id).join(''),
    );

  test.each([
    ['', []],
    ['abc', ['abc']],
    ['abcdefghijkl', ['abcdefghij', 'kl']],
    ['aab', ['a', 'ab']],
    ['abab', ['ab', 'ab']],
    ['abcacb', ['abc', 'acb']],
  ])('%j go out as %j', (letters, calls) => expect(ids(letters)).toEqual(calls));
});
