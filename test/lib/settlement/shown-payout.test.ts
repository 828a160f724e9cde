import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ShownPayout, shown } from '../../../lib/settlement/shown-payout.ts';
import { claimedOn } from './claimed-payout.ts';

const onSolana = {
  ...claimedOn('solana'),
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

test('what has no warning is shown as it is', () => {
  for (const payout of [onSolana, claimedOn('ethereum')]) expect(shown(payout)).toBe(payout);
});

test('warnings stand beside what is stored', () => {
  const lowered = { ...onSolana, address: onSolana.address.toLowerCase() };
  const withWarnings = { ...lowered, warnings: ['off_curve', 'no_capitals'] };
  expect(shown(lowered)).toEqual(withWarnings);
  expect(v.parse(ShownPayout, withWarnings)).toEqual(withWarnings);
});

test('what cannot be read has none, whatever else is known of it', () => {
  const unreadable = { id: 'a', user_id: 'b', unreadable: true } as const;
  const located = { ...unreadable, network: 'solana', address: onSolana.address.toLowerCase() };
  for (const one of [unreadable, located]) expect(shown(one)).toBe(one);
});
