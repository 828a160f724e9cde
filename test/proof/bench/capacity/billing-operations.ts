/** What billing's events do. */
import type { Operation } from './operation.ts';

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
