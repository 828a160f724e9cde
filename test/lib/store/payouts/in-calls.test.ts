import { expect, test } from 'vitest';
import { newPayout } from '../../../../lib/payout.ts';
import { inCalls } from '../../../../lib/store/payouts/bus.ts';
import { PAST, PAYOUT_REQUEST, USER_ID } from '../../../support/samples.ts';

const payout = newPayout(USER_ID, PAYOUT_REQUEST, 1n, 0);

/** The calls, each as the ids of its payouts; every letter is the id of one. */
const calls = (letters: string) =>
  inCalls(
    [...letters].map((id) => ({ payout: { ...payout, id }, previousStatus: null, at: PAST })),
  ).map((call) => call.map((change) => change.payout.id).join(''));

test.each([
  ['', []],
  ['abc', ['abc']],
  ['abcdefghijkl', ['abcdefghij', 'kl']],
  ['aab', ['a', 'ab']],
  ['abab', ['ab', 'ab']],
  ['abcacb', ['abc', 'acb']],
])('changes %j go out in the calls %j', (letters, expected) =>
  expect(calls(letters)).toEqual(expected),
);
