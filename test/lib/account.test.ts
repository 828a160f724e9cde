import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Account, balanceWithDue, EMPTY_ACCOUNT } from '../../lib/account.ts';

test('an account without history adds up', () =>
  expect(v.parse(Account, EMPTY_ACCOUNT)).toEqual(EMPTY_ACCOUNT));

test('an account whose parts add up is what it is', () => {
  const account = {
    pending_micro: 1n,
    available_micro: 20n,
    reserved_micro: 300n,
    paid_out_micro: 4000n,
    spent_micro: 50_000n,
    lifetime_micro: 54_321n,
    version: 6n,
  };
  expect(v.parse(Account, account)).toEqual(account);
});

test('operators’ decisions are no part of what it holds', () => {
  const decision = { by: 'ann', at: '2026-11-22T10:00:00.000Z', note: 'odd' };
  const account = { ...EMPTY_ACCOUNT, frozen: decision, thawed: decision };
  expect(v.parse(Account, account)).toEqual(account);
  const { version: _, ...nothing } = EMPTY_ACCOUNT;
  expect(balanceWithDue(account, 0n)).toEqual(nothing);
  for (const frozen of [true, { ...decision, at: 'x' }, { ...decision, note: 'x'.repeat(1025) }])
    expect(v.is(Account, { ...account, frozen })).toBe(false);
});

test('a negative available balance is legal, as a reversal may leave one', () => {
  const balance = { ...EMPTY_ACCOUNT, available_micro: -5n, paid_out_micro: 5n };
  expect(v.is(Account, balance)).toBe(true);
});

test.each(['pending_micro', 'reserved_micro', 'paid_out_micro', 'spent_micro'] as const)(
  'a negative %s is corrupt, also where the parts add up',
  (part) =>
    expect(() => v.parse(Account, { ...EMPTY_ACCOUNT, [part]: -5n, available_micro: 5n })).toThrow(
      'something else than available_micro is below zero',
    ),
);

test.each(Object.keys(EMPTY_ACCOUNT).filter((part) => part !== 'version'))(
  'one micro-unit too much in %s is corrupt',
  (part) => expect(v.is(Account, { ...EMPTY_ACCOUNT, [part]: 1n })).toBe(false),
);

test('what is corrupt then is said in so many words, since no single field is', () =>
  expect(() => v.parse(Account, { ...EMPTY_ACCOUNT, spent_micro: 1n })).toThrow(
    'add up to lifetime_micro',
  ));

test('what is due counts as available, and the version is nobody’s business', () =>
  expect(
    balanceWithDue({ ...EMPTY_ACCOUNT, pending_micro: 7n, lifetime_micro: 7n, version: 3n }, 5n),
  ).toEqual({
    pending_micro: 2n,
    available_micro: 5n,
    reserved_micro: 0n,
    paid_out_micro: 0n,
    spent_micro: 0n,
    lifetime_micro: 7n,
  }));
