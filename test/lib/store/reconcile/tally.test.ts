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

test.each([
  [
    'rewards: each counts by its status',
    {
      rewards: [
        reward(USER, 'a', 'pending', 1n),
        reward(USER, 'b', 'available', 10n),
        reward(USER, 'c', 'reversed', 100n),
        reward(USER, 'd', 'pending', 1000n),
      ],
    },
    { pendingMicro: 1001n, earnedMicro: 1011n },
  ],
  [
    'payouts: each counts by its status',
    {
      payouts: (['requested', 'processing', 'sent', 'failed', 'cancelled'] as const).map(
        (status, index) => payout(USER, status, 10n ** BigInt(index)),
      ),
    },
    { reservedMicro: 11n, paidOutMicro: 100n },
  ],
  [
    'invoices: only a covered one counts',
    {
      invoices: (['open', 'covered', 'closed'] as const).map((status, index) =>
        invoice(USER, status, status, 10n ** BigInt(index)),
      ),
    },
    { spentMicro: 10n },
  ],
  [
    'what came before its predecessor is nothing',
    {
      rewards: [{ user_id: USER, reward_id: 'a', status: 'reversed' }],
      invoices: [{ user_id: USER, invoice_id: 'a', status: 'closed' }],
    },
    {},
  ],
])('%s', (_what, items, sums) => expect(tallyOf(items)).toEqual({ ...emptyTally(), ...sums }));

test('sums are exact beyond the range of a double', () => {
  const rewards = [9007199254740993n, 2n].map((amount) => reward(USER, 'a', 'available', amount));
  expect(tallyOf({ rewards }).earnedMicro).toBe(9007199254740995n);
});

const good = reward(USER, 'r', 'pending', 1n);
const open = payout(USER, 'requested', 1n, PAYOUT);
const rewardWith = (more: object) => ({ rewards: [{ ...good, ...more }] });
const payoutWith = (more: object) => ({ payouts: [{ ...open, ...more }] });
const invoiceWith = (more: object) => ({ invoices: [{ invoice_id: 'i', ...more }] });
const unindexed = { pending_until: undefined, due_shard: undefined };

test.each([
  ['a reward without amount', rewardWith({ amount_micro: undefined }), 'reward r: amount_micro'],
  ['a reward of zero', rewardWith({ amount_micro: 0n }), 'reward r: amount_micro'],
  ['no integer', rewardWith({ amount_micro: '1.5' }), 'reward r: amount_micro'],
  ['an unknown status', rewardWith({ status: 'lost' }), 'reward r: status'],
  ['what never unlocks', rewardWith(unindexed), 'reward r: pending_until, due_shard'],
  ['what unlocks again', rewardWith({ status: 'available' }), 'reward r: pending_until, due_shard'],
  ['a negative payout', payoutWith({ amount_micro: -1n }), `payout ${PAYOUT}: amount_micro`],
  ['what is not queued', payoutWith({ queue_key: 'done#1' }), `payout ${PAYOUT}: queue_key`],
  ['what is still queued', payoutWith({ status: 'sent' }), `payout ${PAYOUT}: queue_key`],
  ['no spend', invoiceWith({ status: 'covered', total_micro: 1n }), 'invoice i: covered_by'],
  ['an open invoice without a total', invoiceWith({ status: 'open' }), 'invoice i: total_micro'],
])('%s is corrupt and counts as nothing', (_what, items, named) =>
  expect(tallyOf(items)).toEqual({ ...emptyTally(), corrupt: [named], corruptCount: 1 }),
);

test.each(['aa', 'g', 'A', ''])('a shard is one digit of a UUID, and %j is none', (shard) =>
  expect(
    tallyOf({ rewards: [{ ...good, due_shard: shard }], payouts: [{ ...open, shard }] }).corrupt,
  ).toEqual(['reward r: due_shard', `payout ${PAYOUT}: shard`]),
);

test('only the first few corrupt items are named', () => {
  const rewards = Array.from({ length: 12 }, () => ({ ...good, status: 'lost' }));
  const tally = tallyOf({ rewards });
  expect(tally.corrupt).toHaveLength(10);
  expect(tally.corruptCount).toBe(12);
});
