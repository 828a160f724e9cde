/** The operations that are metered, and what each must cost: `npm run cost` makes the bill of it. */
import type { Operation } from './metered-stack.ts';

const SETTLED = 'payout 2, its queue entry moves 2, account 2';

const SESSION = 'session 1';

/** Which the peer has too. */
export const payoutOperations: Operation[] = [
  {
    what: 'a payout',
    expected: { read: 1, write: 5, roundTrips: 2 },
    why: `${SESSION}; account 2, payout 2, its queue entry 1`,
    cost: ({ costOf, user }) => costOf(() => user.payout()),
  },
  {
    what: 'a payout with a key',
    expected: { read: 1, write: 7, roundTrips: 2 },
    why: `${SESSION}; the same 5, key 2`,
    cost: ({ costOf, user }) => costOf(() => user.payout('key')),
  },
];

export const consoleOperations: Operation[] = [
  ...payoutOperations,
  {
    what: 'its replay',
    expected: { read: 3, write: 0, roundTrips: 3 },
    why: `${SESSION}, payout 2; the refused transaction brings the key's record, and its own units go unreported`,
    cost: ({ costOf, user }) => costOf(() => user.payout('key')),
  },
  {
    what: 'a payout that unlocks a reward',
    expected: { read: 2, write: 12, roundTrips: 5 },
    why: `${SESSION}, due rewards 1; reward 2 and its 3 index entries, account 2, payout 5; one refused transaction`,
    cost: ({ costOf, userWithDue, dueMicro }) =>
      costOf(() => userWithDue.payout(undefined, dueMicro)),
  },
  {
    what: 'the payouts, first page',
    expected: { read: 2, write: 0, roundTrips: 2 },
    why: `${SESSION}, up to 4 KB of payouts 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('payouts')),
  },
  {
    what: 'the rewards, first page',
    expected: { read: 2, write: 0, roundTrips: 2 },
    why: `${SESSION}, up to 4 KB of rewards 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('rewards')),
  },
  {
    what: 'one payout',
    expected: { read: 2, write: 0, roundTrips: 2 },
    why: `${SESSION}, payout 1`,
    cost: async ({ costOf, user }) => {
      const id = await user.payout();
      return costOf(() => user.get(`payouts/${id}`));
    },
  },
  {
    what: 'cancelling one',
    expected: { read: 2, write: 6, roundTrips: 3 },
    why: `${SESSION}, payout 1; ${SETTLED}`,
    cost: async ({ costOf, user }) => {
      const id = await user.payout();
      return costOf(() => user.cancel(id));
    },
  },
  {
    what: '/me, nothing pending',
    expected: { read: 2, write: 0, roundTrips: 2 },
    why: `${SESSION}, account 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('me')),
  },
  {
    what: '/me, rewards pending',
    expected: { read: 7, write: 0, roundTrips: 5 },
    why: `${SESSION}, account 1; between transactions 2, due rewards 1, again between transactions 2`,
    cost: ({ costOf, userWithPending }) => costOf(() => userWithPending.get('me')),
  },
  {
    what: 'paying an invoice',
    expected: { read: 1, write: 4, roundTrips: 2 },
    why: `${SESSION}; account 2, invoice 2`,
    cost: ({ costOf, user, invoices: [first] }) =>
      costOf(() => user.spend(first.id, first.totalMicro)),
  },
  {
    what: 'paying an invoice with a key',
    expected: { read: 1, write: 6, roundTrips: 2 },
    why: `${SESSION}; the same 4, key 2`,
    cost: ({ costOf, user, invoices: [, second] }) =>
      costOf(() => user.spend(second.id, second.totalMicro, 'key')),
  },
];

const DAY = "the user's day 2";

/** In a stage with a daily limit. */
export const limitedOperations: Operation[] = [
  {
    what: 'daily limit: a payout',
    expected: { read: 1, write: 7, roundTrips: 2 },
    why: `${SESSION}; account 2, payout 2, its queue entry 1, ${DAY}`,
    cost: ({ costOf, user }) => costOf(() => user.payout()),
  },
  {
    what: 'daily limit: a payout with a key',
    expected: { read: 1, write: 9, roundTrips: 2 },
    why: `${SESSION}; the same 7, key 2`,
    cost: ({ costOf, user }) => costOf(() => user.payout('key')),
  },
  {
    what: 'daily limit: cancelling one',
    expected: { read: 2, write: 8, roundTrips: 3 },
    why: `${SESSION}, payout 1; ${SETTLED}, ${DAY}`,
    cost: async ({ costOf, user }) => {
      const id = await user.payout();
      return costOf(() => user.cancel(id));
    },
  },
  {
    what: 'daily limit: /me, nothing pending',
    expected: { read: 3, write: 0, roundTrips: 3 },
    why: `${SESSION}, account 1, the user's day 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('me')),
  },
];

/** The example of Solana's own API document (getTransaction). */
const HASH =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const BY_ID = 'by id 2 x 0.5, payout 1';

export const operatorOperations: Operation[] = [
  {
    what: 'operator: the queue, first page',
    expected: { read: 8, write: 0, roundTrips: 16 },
    why: '16 shards, each 0.5',
    cost: ({ costOf, operator }) => costOf(() => operator.get('payouts')),
  },
  {
    what: 'operator: one payout',
    expected: { read: 2, write: 0, roundTrips: 3 },
    why: BY_ID,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.get(`payouts/${id}`));
    },
  },
  {
    what: 'operator: a user',
    expected: { read: 4, write: 0, roundTrips: 4 },
    why: 'account 1, again for whether it is frozen 1, payouts 1, rewards 1',
    cost: ({ costOf, operator, userId }) => costOf(() => operator.get(`users/${userId}`)),
  },
  {
    what: 'operator: claim',
    expected: { read: 2, write: 5, roundTrips: 4 },
    why: `${BY_ID}; payout 2, its queue entry 1, whether the account is frozen 2`,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.move(id, 'processing'));
    },
  },
  {
    what: 'operator: sent',
    expected: { read: 2, write: 6, roundTrips: 4 },
    why: `${BY_ID}; ${SETTLED}`,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.move(id, 'sent', { tx_hash: HASH }));
    },
  },
  {
    what: 'operator: failed',
    expected: { read: 2, write: 6, roundTrips: 4 },
    why: `${BY_ID}; ${SETTLED}`,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.move(id, 'failed', { note: 'bounced' }));
    },
  },
];

const UNIT = 10_000_000;

export const billingOperations: Operation[] = [
  {
    what: 'event: a reward is granted',
    expected: { read: 1, write: 7, roundTrips: 2 },
    why: 'reward 1; reward 2 and its 3 index entries, account 2',
    cost: ({ costOf, billing, userId }) =>
      costOf(() =>
        billing('referral.reward.granted', {
          reward_id: 'granted',
          user_id: userId,
          amount_micro: UNIT,
          unlocks_at: '2999-01-01T00:00:00Z',
          source: 'bench',
        }),
      ),
  },
  {
    what: 'event: it is reversed',
    expected: { read: 1, write: 7, roundTrips: 2 },
    why: 'reward 1; reward 2 and its 3 index entries, account 2',
    cost: ({ costOf, billing, userId }) =>
      costOf(() => billing('referral.reward.reversed', { reward_id: 'granted', user_id: userId })),
  },
  {
    what: 'event: an invoice is opened',
    expected: { read: 1, write: 2, roundTrips: 2 },
    why: 'invoice 1; invoice 2',
    cost: ({ costOf, billing, userId }) =>
      costOf(() =>
        billing('billing.invoice.opened', {
          invoice_id: 'opened',
          user_id: userId,
          total_micro: UNIT,
        }),
      ),
  },
];

/** After the others, so that only what they name is due. */
export const scheduledOperations: Operation[] = [
  {
    what: 'schedule: unlocking, nothing due',
    expected: { read: 8, write: 0, roundTrips: 16 },
    why: '16 shards, each 0.5',
    cost: ({ costOf, run }) => costOf(() => run('UnlockDueRewards')),
  },
  {
    what: 'schedule: unlocking, one reward due',
    expected: { read: 9, write: 7, roundTrips: 18 },
    why: '16 shards, each 0.5; due rewards 1; reward 2 and its 3 index entries, account 2',
    cost: async ({ costOf, run, makeDue }) => {
      await makeDue();
      return costOf(() => run('UnlockDueRewards'));
    },
  },
  {
    what: 'schedule: measuring the queue',
    expected: { read: 8, write: 0, roundTrips: 16 },
    why: '16 shards, each 0.5',
    cost: ({ costOf, run }) => costOf(() => run('MeasureQueue')),
  },
  {
    what: 'schedule: settling by the chain, nothing watched',
    expected: { read: 8, write: 0, roundTrips: 16 },
    why: '16 shards, each 0.5',
    cost: ({ costOf, run }) => costOf(() => run('SettleByChain')),
  },
  {
    what: 'schedule: comparing the outflow, nothing sent',
    expected: { read: 8, write: 0, roundTrips: 16 },
    why: '16 shards, each 0.5',
    cost: ({ costOf, run }) => costOf(() => run('ReconcileOutflow')),
  },
];
