import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  Drift,
  describeDrift,
  expectedBalance,
  findDrift,
} from '../../../../lib/store/reconcile/drift.ts';
import { emptyTally } from '../../../../lib/store/reconcile/tally.ts';
import { account } from '../../../support/histories.ts';

const USER = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';

const tally = {
  ...emptyTally(),
  earnedMicro: 100n,
  pendingMicro: 1n,
  reservedMicro: 20n,
  paidOutMicro: 30n,
  spentMicro: 4n,
};
const balanced = account(USER, {
  pending_micro: 1n,
  available_micro: 45n,
  reserved_micro: 20n,
  paid_out_micro: 30n,
  spent_micro: 4n,
  lifetime_micro: 100n,
  version: 7n,
});

test('what is in no other place is available', () =>
  expect(expectedBalance(tally)).toEqual({
    pending_micro: 1n,
    available_micro: 45n,
    reserved_micro: 20n,
    paid_out_micro: 30n,
    spent_micro: 4n,
    lifetime_micro: 100n,
  }));

test('more paid out than earned leaves less than nothing', () =>
  expect(expectedBalance({ ...emptyTally(), paidOutMicro: 5n }).available_micro).toBe(-5n));

test('an account that holds what its items say is balanced', () =>
  expect(findDrift(USER, balanced, tally)).toBeUndefined());

test('every number that differs is named with both amounts', () =>
  expect(
    findDrift(USER, { ...balanced, available_micro: 46n, lifetime_micro: 101n }, tally),
  ).toEqual({
    user_id: USER,
    differences: [
      { field: 'available_micro', stored: '46', expected: '45' },
      { field: 'lifetime_micro', stored: '101', expected: '100' },
    ],
    corrupt: [],
  }));

test('drift is read back whole where one run hands it to the next', () => {
  const difference = { field: 'available_micro', stored: '46', expected: '45' };
  const drift = { user_id: USER, differences: [difference], corrupt: ['reward r: status'] };
  expect(v.parse(Drift, JSON.parse(JSON.stringify(drift)))).toEqual(drift);
});

test('a malformed account is drift, and its other numbers are still compared', () => {
  const { spent_micro: _, ...account } = balanced;
  expect(findDrift(USER, { ...account, pending_micro: '0.5', paid_out_micro: 31n }, tally)).toEqual(
    {
      user_id: USER,
      differences: [{ field: 'paid_out_micro', stored: '31', expected: '30' }],
      corrupt: ['account: pending_micro, spent_micro'],
    },
  );
});

test('corrupt items are drift even where the numbers agree', () =>
  expect(
    findDrift(USER, balanced, { ...tally, corrupt: ['reward r: status'], corruptCount: 3 }),
  ).toEqual({
    user_id: USER,
    differences: [],
    corrupt: ['reward r: status', 'and 2 more'],
  }));

test('the same corrupt items are the same drift, whichever was found first, and ten are named', () => {
  const found = Array.from({ length: 11 }, (_, index) => `reward ${index}: status`);
  const both = [found, found.toReversed()].map((corrupt) =>
    findDrift(USER, balanced, { ...tally, corrupt, corruptCount: 11 }),
  );
  expect(both[0]).toEqual(both[1]);
  expect(both[0]?.corrupt).toEqual([...found.toSorted().slice(0, 10), 'and 1 more']);
});

test('an account in upper case, which no request would find, is drift', () => {
  const upper = USER.toUpperCase();
  expect(findDrift(upper, balanced, tally)?.corrupt).toEqual(['account: user_id']);
});

test('an account that is missing is drift when an item needs one', () => {
  expect(findDrift(USER, undefined, { ...tally, needsAccount: true })).toEqual({
    user_id: USER,
    differences: [],
    corrupt: ['account: missing'],
  });
  expect(findDrift(USER, undefined, emptyTally())).toBeUndefined();
});

test('the log line has fields and amounts', () =>
  expect(
    describeDrift({
      user_id: USER,
      differences: [{ field: 'available_micro', stored: '46', expected: '45' }],
      corrupt: ['reward r: status'],
    }),
  ).toBe('available_micro is 46, expected 45; corrupt reward r: status'));
