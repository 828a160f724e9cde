/** The operations that are metered, and what each must cost. */
import type { Operation } from './metered-stack.ts';

const SETTLED = 'payout 2, its queue entry moves 2, account 2';

const SESSION = 'session 1';

/** Which the peer has too. */
export const payoutOperations: Operation[] = [
  {
    what: 'a payout',
    expected: '1 RRU + 5 WRU in 2',
    why: `${SESSION}; account 2, payout 2, its queue entry 1`,
    cost: ({ costOf, user }) => costOf(() => user.payout()),
  },
  {
    what: 'a payout with a key',
    expected: '1 RRU + 7 WRU in 2',
    why: `${SESSION}; the same 5, key 2`,
    cost: ({ costOf, user }) => costOf(() => user.payout('key')),
  },
];

export const consoleOperations: Operation[] = [
  ...payoutOperations,
  {
    what: 'its replay',
    expected: '3 RRU in 3',
    why: `${SESSION}, payout 2; the refused transaction brings the key's record, and its own units go unreported`,
    cost: ({ costOf, user }) => costOf(() => user.payout('key')),
  },
  {
    what: 'a payout that unlocks a reward',
    expected: '2 RRU + 12 WRU in 5',
    why: `${SESSION}, due rewards 1; reward 2 and its 3 index entries, account 2, payout 5; one refused transaction`,
    cost: ({ costOf, userWithDue, dueMicro }) =>
      costOf(() => userWithDue.payout(undefined, dueMicro)),
  },
  {
    what: 'the payouts, first page',
    expected: '2 RRU in 2',
    why: `${SESSION}, up to 4 KB of payouts 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('payouts')),
  },
  {
    what: 'the rewards, first page',
    expected: '2 RRU in 2',
    why: `${SESSION}, up to 4 KB of rewards 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('rewards')),
  },
  {
    what: 'one payout',
    expected: '2 RRU in 2',
    why: `${SESSION}, payout 1`,
    cost: async ({ costOf, user }) => {
      const id = await user.payout();
      return costOf(() => user.get(`payouts/${id}`));
    },
  },
  {
    what: 'cancelling one',
    expected: '2 RRU + 6 WRU in 3',
    why: `${SESSION}, payout 1; ${SETTLED}`,
    cost: async ({ costOf, user }) => {
      const id = await user.payout();
      return costOf(() => user.cancel(id));
    },
  },
  {
    what: '/me, nothing pending',
    expected: '2 RRU in 2',
    why: `${SESSION}, account 1`,
    cost: ({ costOf, user }) => costOf(() => user.get('me')),
  },
  {
    what: '/me, rewards pending',
    expected: '7 RRU in 5',
    why: `${SESSION}, account 1; between transactions 2, due rewards 1, again between transactions 2`,
    cost: ({ costOf, userWithPending }) => costOf(() => userWithPending.get('me')),
  },
  {
    what: 'paying an invoice',
    expected: '1 RRU + 4 WRU in 2',
    why: `${SESSION}; account 2, invoice 2`,
    cost: ({ costOf, user, invoices: [first] }) =>
      costOf(() => user.spend(first.id, first.totalMicro)),
  },
  {
    what: 'paying an invoice with a key',
    expected: '1 RRU + 6 WRU in 2',
    why: `${SESSION}; the same 4, key 2`,
    cost: ({ costOf, user, invoices: [, second] }) =>
      costOf(() => user.spend(second.id, second.totalMicro, 'key')),
  },
];

/** The example of Solana's own API document (getTransaction). */
const HASH =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const BY_ID = 'by id 2 x 0.5, payout 1';

export const operatorOperations: Operation[] = [
  {
    what: 'operator: the queue, first page',
    expected: '8 RRU in 16',
    why: '16 shards, each 0.5',
    cost: ({ costOf, operator }) => costOf(() => operator.get('payouts')),
  },
  {
    what: 'operator: one payout',
    expected: '2 RRU in 3',
    why: BY_ID,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.get(`payouts/${id}`));
    },
  },
  {
    what: 'operator: a user',
    expected: '3 RRU in 3',
    why: 'account 1, payouts 1, rewards 1',
    cost: ({ costOf, operator, userId }) => costOf(() => operator.get(`users/${userId}`)),
  },
  {
    what: 'operator: claim',
    expected: '2 RRU + 3 WRU in 4',
    why: `${BY_ID}; payout 2, its queue entry 1`,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.move(id, 'processing'));
    },
  },
  {
    what: 'operator: sent',
    expected: '2 RRU + 6 WRU in 4',
    why: `${BY_ID}; ${SETTLED}`,
    cost: async ({ costOf, operator, user }) => {
      const id = await user.payout();
      return costOf(() => operator.move(id, 'sent', { tx_hash: HASH }));
    },
  },
  {
    what: 'operator: failed',
    expected: '2 RRU + 6 WRU in 4',
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
    expected: '1 RRU + 7 WRU in 2',
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
    expected: '1 RRU + 7 WRU in 2',
    why: 'reward 1; reward 2 and its 3 index entries, account 2',
    cost: ({ costOf, billing, userId }) =>
      costOf(() => billing('referral.reward.reversed', { reward_id: 'granted', user_id: userId })),
  },
  {
    what: 'event: an invoice is opened',
    expected: '1 RRU + 2 WRU in 2',
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
