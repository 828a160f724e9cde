import * as v from 'valibot';
import { expect, test } from 'vitest';
import { asListed, GrantedKey, type Reward, SpendRequest, statusAt } from '../../lib/reward.ts';

const UNLOCK_MS = Date.UTC(2026, 4, 1);
const reward: Reward = {
  user_id: '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de',
  reward_id: 'reward-1',
  amount_micro: 9_007_199_254_740_993n,
  status: 'pending',
  unlocks_at: '2026-05-01T00:00:00.000Z',
  granted_at: '2026-03-01T00:00:00.000Z',
  source: 'referral',
};

test('a pending reward is available from the very millisecond of its time', () => {
  expect(statusAt(reward, UNLOCK_MS - 1)).toBe('pending');
  expect(statusAt(reward, UNLOCK_MS)).toBe('available');
  expect(statusAt(reward, UNLOCK_MS + 1)).toBe('available');
});

test.each(['available', 'reversed'] as const)(
  '%s stays what it is, before its time and after',
  (status) => {
    expect(statusAt({ ...reward, status }, UNLOCK_MS - 1)).toBe(status);
    expect(statusAt({ ...reward, status }, UNLOCK_MS)).toBe(status);
  },
);

test('a list names a reward by its id, and not its user', () => {
  const { user_id: _, reward_id: id, ...rest } = reward;
  expect(asListed(reward)).toEqual({ id, ...rest });
});

const request = { invoice_id: 'invoice-1', amount_micro: 9_007_199_254_740_993n };

test('a spend names its invoice and the exact amount, and nothing else counts', () =>
  expect(v.parse(SpendRequest, { ...request, user_id: 'somebody' })).toEqual(request));

test.each([
  ['without an invoice', { ...request, invoice_id: undefined }],
  ['of an id that is none', { ...request, invoice_id: 'a b' }],
  ['without an amount', { ...request, amount_micro: undefined }],
  ['of nothing', { ...request, amount_micro: 0n }],
  ['of a fraction', { ...request, amount_micro: 1.5 }],
])('a spend %s is none', (_what, body) => expect(v.is(SpendRequest, body)).toBe(false));

const GRANTED = '2026-03-01T00:00:00.000Z';

test.each([`${GRANTED}#a`, `${GRANTED}#!~`, `1999-12-31T23:59:58.765Z#${'a'.repeat(128)}`])(
  '%s is a time and an id',
  (key) => expect(v.parse(GrantedKey, key)).toBe(key),
);

test.each([
  GRANTED,
  `${GRANTED}#`,
  `${GRANTED}#a b`,
  `${GRANTED}#a `,
  `${GRANTED}#${'a'.repeat(129)}`,
  ` ${GRANTED}#a`,
  '2026-03-01T00:00:00Z#a',
])('%j is not', (key) => expect(v.is(GrantedKey, key)).toBe(false));
