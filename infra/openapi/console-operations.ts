/** The routes of the console, in words. */
import { payoutsQuery, rewardsQuery } from '../../lib/http/args.ts';
import { PAYOUT_STATUSES } from '../../lib/payout.ts';
import { REWARD_STATUSES } from '../../lib/reward.ts';
import {
  overview,
  payoutPage,
  payoutRequest,
  requested,
  rewardPage,
  spendRequest,
  taken,
} from './examples.ts';
import type { OperationText, RouteName } from './operation.ts';

export const consoleOperations = {
  RequestPayout: {
    summary: 'Request a payout',
    description:
      'Takes the amount out of the available balance and puts the payout into the operators’ queue, in one transaction. It is accepted then, not yet sent: follow it with `GET /v1/referrals/payouts/{id}`.\n\nWithout an `Idempotency-Key`, sending this twice makes two payouts.',
    body: 'PayoutRequest',
    answer: {
      status: 202,
      schema: 'Payout',
      description: 'The payout; its amount is now reserved.',
    },
    errors: ['payout_below_min', 'payout_address_invalid', 'balance_insufficient'],
    example: { body: payoutRequest, answer: requested },
  },
  ListPayouts: {
    summary: 'List payouts',
    description:
      'The user’s payouts, newest first. A payout is here as soon as its `202` was sent.',
    query: { entries: payoutsQuery().entries, lists: { status: PAYOUT_STATUSES } },
    answer: { status: 200, schema: 'PayoutPage', description: 'One page.' },
    errors: [],
    example: { answer: payoutPage },
  },
  GetPayout: {
    summary: 'Get a payout',
    description: 'One payout of the user. Those of others look as if they did not exist.',
    answer: { status: 200, schema: 'Payout', description: 'The payout as it is at this moment.' },
    errors: ['payout_not_found'],
    example: { answer: requested },
  },
  CancelPayout: {
    summary: 'Cancel a payout',
    description:
      'Takes a payout back while it is `requested`; the amount is available again in the same transaction. Once an operator has claimed it, it may be on its way and stays. Repeating it changes nothing and gets the same answer.',
    answer: { status: 200, schema: 'Payout', description: 'The payout, now `cancelled`.' },
    errors: ['payout_not_found', 'payout_not_actionable'],
    example: { answer: taken },
  },
  GetOverview: {
    summary: 'Get the balance',
    description:
      'The balance in its parts, and what a payout may be here. A user without any history has zeros.',
    answer: { status: 200, schema: 'Overview', description: 'The balance at this moment.' },
    errors: [],
    example: { answer: overview },
  },
  ListRewards: {
    summary: 'List rewards',
    description: 'Where the balance comes from: the user’s rewards, newest first.',
    query: { entries: rewardsQuery().entries, lists: { status: REWARD_STATUSES } },
    answer: { status: 200, schema: 'RewardPage', description: 'One page.' },
    errors: [],
    example: { answer: rewardPage },
  },
  SpendOnInvoice: {
    summary: 'Pay an invoice',
    description:
      'Pays an open invoice from the available balance: the invoice is covered and the amount is spent, or neither.',
    body: 'SpendRequest',
    answer: { status: 200, schema: 'SpendAnswer', description: 'The invoice is covered.' },
    errors: ['invoice_not_eligible', 'amount_mismatch', 'balance_insufficient'],
    example: { body: spendRequest, answer: { ok: true } },
  },
} as const satisfies Partial<Record<RouteName, OperationText>>;
