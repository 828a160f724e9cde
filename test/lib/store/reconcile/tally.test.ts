import { expect, test } from 'vitest';
import {
  addInvoice,
  addPayout,
  addReward,
  emptyTally,
} from '../../../../lib/store/reconcile/tally.ts';
import { invoice, payout, reward } from '../../../support/histories.ts';

const USER = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';
const PAYOUT = '01a204d3-28e0-7285-b278-86bb311f921e';

const tallyOf = (items: { rewards?: object[]; payouts?: object[]; invoices?: object[] }) => {
  const tally = emptyTally();
  for (const item of items.rewards ?? []) addReward(tally, { ...item });
  for (const item of items.payouts ?? []) addPayout(tally, { ...item });
  for (const item of items.invoices ?? []) addInvoice(tally, { ...item });
  return tally;
};

test('each reward counts by its status', () =>
  expect(
    tallyOf({
      rewards: [
        reward(USER, 'a', 'pending', 1n),
        reward(USER, 'b', 'available', 10n),
        reward(USER, 'c', 'reversed', 100n),
        reward(USER, 'd', 'pending', 1000n),
      ],
    }),
  ).toEqual({ ...emptyTally(), pendingMicro: 1001n, earnedMicro: 1011n }));

test('each payout counts by its status', () =>
  expect(
    tallyOf({
      payouts: [
        payout(USER, 'requested', 1n),
        payout(USER, 'processing', 10n),
        payout(USER, 'sent', 100n),
        payout(USER, 'failed', 1000n),
        payout(USER, 'cancelled', 10_000n),
      ],
    }),
  ).toEqual({ ...emptyTally(), reservedMicro: 11n, paidOutMicro: 100n }));

test('of the invoices only a covered one counts', () =>
  expect(
    tallyOf({
      invoices: [
        invoice(USER, 'a', 'open', 1n),
        invoice(USER, 'b', 'covered', 10n),
        invoice(USER, 'c', 'closed', 100n),
      ],
    }),
  ).toEqual({ ...emptyTally(), spentMicro: 10n }));

test('what came before its predecessor counts as nothing', () =>
  expect(
    tallyOf({
      rewards: [{ user_id: USER, reward_id: 'a', status: 'reversed' }],
      invoices: [{ user_id: USER, invoice_id: 'a', status: 'closed' }],
    }),
  ).toEqual(emptyTally()));

test('sums are exact beyond the range of a double', () =>
  expect(
    tallyOf({
      rewards: [
        reward(USER, 'a', 'available', 9007199254740993n),
        reward(USER, 'b', 'available', 2n),
      ],
    }).earnedMicro,
  ).toBe(9007199254740995n));

const good = reward(USER, 'r', 'pending', 1n);
const open = payout(USER, 'requested', 1n, PAYOUT);

test.each([
  [
    'a reward without amount',
    { rewards: [{ ...good, amount_micro: undefined }] },
    'reward r: amount_micro',
  ],
  ['a reward of zero', { rewards: [{ ...good, amount_micro: 0n }] }, 'reward r: amount_micro'],
  [
    'an amount that is no integer',
    { rewards: [{ ...good, amount_micro: '1.5' }] },
    'reward r: amount_micro',
  ],
  ['an unknown status', { rewards: [{ ...good, status: 'lost' }] }, 'reward r: status'],
  [
    'a pending reward that would never unlock',
    { rewards: [{ ...good, pending_until: undefined, due_shard: undefined }] },
    'reward r: pending_until, due_shard',
  ],
  [
    'an available reward that would unlock again',
    { rewards: [{ ...good, status: 'available' }] },
    'reward r: pending_until, due_shard',
  ],
  [
    'a negative payout',
    { payouts: [{ ...open, amount_micro: -1n }] },
    `payout ${PAYOUT}: amount_micro`,
  ],
  [
    'an open payout outside the queue',
    { payouts: [{ ...open, queue_key: `done#${PAYOUT}` }] },
    `payout ${PAYOUT}: queue_key`,
  ],
  [
    'a sent payout in the queue',
    { payouts: [{ ...open, status: 'sent' }] },
    `payout ${PAYOUT}: queue_key`,
  ],
  [
    'a covered invoice without a spend',
    { invoices: [{ invoice_id: 'i', status: 'covered', total_micro: 1n }] },
    'invoice i: covered_by',
  ],
  [
    'an open invoice without a total',
    { invoices: [{ invoice_id: 'i', status: 'open' }] },
    'invoice i: total_micro',
  ],
])('%s is corrupt and counts as nothing', (_what, items, named) =>
  expect(tallyOf(items)).toEqual({ ...emptyTally(), corrupt: [named], corruptCount: 1 }),
);

test.each(['aa', 'g', 'A', ''])('a shard is one digit of a UUID, and %j is none', (shard) =>
  expect(
    tallyOf({ rewards: [{ ...good, due_shard: shard }], payouts: [{ ...open, shard }] }).corrupt,
  ).toEqual(['reward r: due_shard', `payout ${PAYOUT}: shard`]),
);

test('only the first few corrupt items are named', () => {
  const rewards = Array.from({ length: 12 }, (_, index) => ({
    reward_id: `r${index}`,
    status: 'lost',
  }));
  const tally = tallyOf({ rewards });
  expect(tally.corrupt).toHaveLength(10);
  expect(tally.corruptCount).toBe(12);
});
