/** What users of the console do. */
import { type Operation, SETTLED } from './operation.ts';

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
    expected: '1 RRU in 2',
    why: `${SESSION}; the refused transaction brings the key's record, and its own units go unreported`,
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
    expected: '4 RRU in 4',
    why: `${SESSION}, account 1, due rewards 1, account again 1`,
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
