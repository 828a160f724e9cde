import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Balance, EMPTY_BALANCE } from '../../lib/accounts.ts';

test('an account without history adds up', () =>
  expect(v.parse(Balance, EMPTY_BALANCE)).toEqual(EMPTY_BALANCE));

test('a negative available balance is legal, as a reversal may leave one', () => {
  const balance = { ...EMPTY_BALANCE, available_micro: -5n, paid_out_micro: 5n };
  expect(v.is(Balance, balance)).toBe(true);
});

test.each(Object.keys(EMPTY_BALANCE))('one micro-unit too much in %s is corrupt', (part) =>
  expect(v.is(Balance, { ...EMPTY_BALANCE, [part]: 1n })).toBe(false),
);
