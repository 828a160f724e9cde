/** What operators do. */
import { type Operation, SETTLED } from './operation.ts';

/** The text of a Solana signature of nothing but zeros. */
const HASH = '1'.repeat(64);
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
