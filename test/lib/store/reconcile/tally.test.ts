import { describe, expect, test } from 'vitest';
import { Reward } from '../../../../lib/reward.ts';
import { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';
import {
  addInvoice,
  addKey,
  addPayout,
  addReward,
  addUnfulfilled,
  emptyTally,
  SOURCES,
} from '../../../../lib/store/reconcile/tally.ts';
import { invoice, payout, reward } from '../../../support/histories.ts';

const USER = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';
const PAYOUT = '01a204d3-28e0-7285-b278-86bb311f921e';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const MINUTE_MS = 60_000;

type Items = Partial<Record<'keys' | 'rewards' | 'payouts' | 'invoices', object[]>>;

const tallyOf = (items: Items) => {
  const tally = emptyTally();
  for (const item of items.keys ?? []) addKey(tally, { ...item }, NOW);
  for (const item of items.rewards ?? []) addReward(tally, { ...item }, NOW);
  for (const item of items.payouts ?? []) addPayout(tally, { ...item }, NOW);
  for (const item of items.invoices ?? []) addInvoice(tally, { ...item }, NOW);
  addUnfulfilled(tally);
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
    { pendingMicro: 1001n, earnedMicro: 1011n, needsAccount: true },
  ],
  [
    'payouts: each counts by its status',
    {
      payouts: (['requested', 'processing', 'sent', 'failed', 'cancelled'] as const).map(
        (status, index) => payout(USER, status, 10n ** BigInt(index)),
      ),
    },
    { reservedMicro: 11n, paidOutMicro: 100n, needsAccount: true },
  ],
  [
    'invoices: only a covered one counts',
    {
      invoices: (['open', 'covered', 'closed'] as const).map((status, index) =>
        invoice(USER, status, status, 10n ** BigInt(index)),
      ),
    },
    { spentMicro: 10n, needsAccount: true },
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
  [
    'what unlocks early',
    rewardWith({ pending_until: '2026-01-01T00:00:00.000Z' }),
    'reward r: pending_until',
  ],
  [
    'a pending reward in the shard of others',
    rewardWith({ due_shard: 'd' }),
    'reward r: due_shard',
  ],
  [
    'a reward listed under another time',
    rewardWith({ granted_key: '2026-01-02T00:00:00.000Z#r' }),
    'reward r: granted_key',
  ],
  [
    'a reward listed as another',
    rewardWith({ granted_key: '2026-01-01T00:00:00.000Z#s' }),
    'reward r: granted_key',
  ],
  [
    'a reversed reward that is not listed',
    rewardWith({ ...unindexed, status: 'reversed', granted_key: undefined }),
    'reward r: granted_key',
  ],
  ['a payout in the shard of others', payoutWith({ shard: 'd' }), `payout ${PAYOUT}: shard`],
  [
    'a payout queued as another',
    payoutWith({ queue_key: `open#${USER}` }),
    `payout ${PAYOUT}: queue_key`,
  ],
  [
    'a payout done as another',
    payoutWith({ status: 'sent', queue_key: `done#${USER}` }),
    `payout ${PAYOUT}: queue_key`,
  ],
  ['a negative payout', payoutWith({ amount_micro: -1n }), `payout ${PAYOUT}: amount_micro`],
  ['what is not queued', payoutWith({ queue_key: 'done#1' }), `payout ${PAYOUT}: queue_key`],
  ['what is still queued', payoutWith({ status: 'sent' }), `payout ${PAYOUT}: queue_key`],
  ['no spend', invoiceWith({ status: 'covered', total_micro: 1n }), 'invoice i: covered_by'],
  ['an open invoice without a total', invoiceWith({ status: 'open' }), 'invoice i: total_micro'],
])('%s is corrupt and counts as nothing', (_what, items, named) =>
  expect(tallyOf(items)).toEqual({
    ...emptyTally(),
    needsAccount: true,
    corrupt: [named],
    corruptCount: 1,
  }),
);

test.each(['aa', 'g', 'A', ''])('a shard is one digit of a UUID, and %j is none', (shard) =>
  expect(
    tallyOf({ rewards: [{ ...good, due_shard: shard }], payouts: [{ ...open, shard }] }).corrupt,
  ).toEqual(['reward r: due_shard', `payout ${PAYOUT}: shard`]),
);

test('only the first few corrupt items of each kind are named', () => {
  const rewards = Array.from({ length: 12 }, () => ({ ...good, status: 'lost' }));
  const tally = tallyOf({ rewards });
  expect(tally.corrupt).toHaveLength(10);
  expect(tally.corruptCount).toBe(12);
  expect(tallyOf({ rewards, payouts: [{ ...open, shard: 'd' }] }).corrupt).toHaveLength(11);
});

describe('a reward that is available before its time', () => {
  const available = (unlocksMs: number) => {
    const unlocks_at = new Date(unlocksMs).toISOString();
    return { rewards: [reward(USER, 'r', 'available', 5n, { unlocks_at })] };
  };

  test.each([
    ['an hour', 60 * MINUTE_MS],
    ['more than clocks differ', 15 * MINUTE_MS + 1],
  ])('by %s is corrupt', (_what, earlyMs) =>
    expect(tallyOf(available(NOW + earlyMs)).corrupt).toEqual(['reward r: unlocks_at']),
  );

  test.each([0, 5 * MINUTE_MS, 15 * MINUTE_MS])('by %i ms is what clocks may differ', (earlyMs) =>
    expect(tallyOf(available(NOW + earlyMs))).toMatchObject({ corrupt: [], earnedMicro: 5n }),
  );
});

test('a user in upper case is in the shard of the same digit', () => {
  const rewards = [reward(USER.toUpperCase(), 'r', 'pending', 1n)];
  expect(rewards[0]).toMatchObject({ due_shard: 'e' });
  expect(tallyOf({ rewards }).corrupt).toEqual([]);
});

describe("a key's record", () => {
  const record = (operation: string, written_by: string, more: object = {}) => ({
    operation_key: `${operation}#abc`,
    answer: JSON.stringify(
      operation === 'payout' ? { id: written_by, address: 'hush' } : { ok: true },
    ),
    written_by,
    ...more,
  });
  const covered = { ...invoice(USER, 'i', 'covered', 1n), covered_by: 'spend-1' };

  test.each([
    ['of a payout that is there', { keys: [record('payout', PAYOUT)], payouts: [open] }],
    [
      'of a payout that is there and corrupt, which is named alone',
      { keys: [record('payout', PAYOUT)], payouts: [{ ...open, shard: 'd' }] },
      [`payout ${PAYOUT}: shard`],
    ],
    ['of a spend that is there', { keys: [record('spend', 'spend-1')], invoices: [covered] }],
    ['of a refusal', { keys: [{ operation_key: 'payout#abc', refused_at: 1n, refusal: 'x' }] }],
    ['of an operation of newer code', { keys: [{ operation_key: 'donation#abc' }] }],
    [
      'of a payout that is not',
      { keys: [record('payout', PAYOUT)] },
      ['key payout#abc: written_by'],
    ],
    [
      'of a spend that is another',
      { keys: [record('spend', 'spend-2')], invoices: [covered] },
      ['key spend#abc: written_by'],
    ],
    [
      'of a spend that has the id of a payout',
      { keys: [record('spend', PAYOUT)], payouts: [open] },
      ['key spend#abc: written_by'],
    ],
    [
      'that answers with another payout',
      { keys: [record('payout', PAYOUT, { answer: '{"id":"other"}' })], payouts: [open] },
      ['key payout#abc: answer'],
    ],
    [
      'that answers with no JSON',
      { keys: [record('payout', PAYOUT, { answer: 'so' })], payouts: [open] },
      ['key payout#abc: answer'],
    ],
    [
      'that answers with nothing',
      { keys: [record('payout', PAYOUT, { answer: 'null' })], payouts: [open] },
      ['key payout#abc: answer'],
    ],
    [
      'that has neither',
      { keys: [{ operation_key: 'spend#abc' }] },
      ['key spend#abc: answer, written_by'],
    ],
  ] as [string, Items, string[]?][])('%s', (_what, items, corrupt = []) => {
    const tally = tallyOf(items);
    expect(tally).toMatchObject({ corrupt, corruptCount: corrupt.length });
    expect(tally.claims.size).toBe(0);
    expect(tally.corrupt.join()).not.toContain('hush');
  });
});

test.each([
  ['an open invoice', { invoices: [invoice(USER, 'i', 'open', 1n)] }, false],
  ['a reversed reward', { rewards: [reward(USER, 'r', 'reversed', 1n)] }, false],
  ['the record of a refusal', { keys: [{ operation_key: 'payout#a', refused_at: 1n }] }, false],
  ['a pending reward', { rewards: [good] }, true],
  ['a cancelled payout', { payouts: [payout(USER, 'cancelled', 1n)] }, true],
  ['a covered invoice', { invoices: [invoice(USER, 'i', 'covered', 1n)] }, true],
  ['a corrupt invoice', { invoices: [{ invoice_id: 'i', status: 'open' }] }, true],
] as [string, Items, boolean][])('whether %s needs an account', (_what, items, needsAccount) =>
  expect(tallyOf(items).needsAccount).toBe(needsAccount),
);

test.each([
  ['payout', SOURCES.payouts, PayoutWithHistory.entries],
  ['reward', SOURCES.rewards, Reward.entries],
] as const)('every field of a %s is read', (_kind, { key, attributes }, entries) =>
  expect([...key, ...attributes]).toEqual(expect.arrayContaining(Object.keys(entries))),
);
