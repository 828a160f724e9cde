/** What the document says of each route beyond what the code says already. */
import type { GenericSchema } from 'valibot';
import type { ErrorTag } from '../../lib/errors.ts';
import { payoutsQuery, queueQuery, rewardsQuery } from '../../lib/http/args.ts';
import { PAYOUT_STATUSES } from '../../lib/payout.ts';
import { REWARD_STATUSES } from '../../lib/reward.ts';
import type { FUNCTIONS, FunctionName } from '../compute/catalogue.ts';
import * as examples from './examples.ts';
import type { SchemaName } from './schemas.ts';

/** The functions behind a route. */
export type RouteName = {
  [Name in FunctionName]: (typeof FUNCTIONS)[Name] extends { route: string } ? Name : never;
}[FunctionName];

/** The parameters of a query string, with the schemas that parse them. */
export interface Query {
  entries: Record<string, GenericSchema>;
  /** The values that a comma-separated list knows, which its schema hides in a set. */
  lists?: Record<string, readonly string[]>;
}

export interface OperationText {
  summary: string;
  description: string;
  query?: Query;
  body?: SchemaName;
  /** When all went well. */
  response: { status: number; schema: SchemaName; description: string };
  /** What is refused here; `errorsOf` adds what every route of its kind refuses. */
  errors: readonly ErrorTag[];
  /** `bodies` are further ones, by what each shows. */
  example: { body?: unknown; bodies?: Record<string, unknown>; response: unknown };
}

const AGAIN =
  'Repeating it with the same content changes nothing and gets the same answer; with other content it is refused.';

const ok = (schema: SchemaName, description: string, status = 200) => {
  return { status, schema, description };
};

export const operations: Record<RouteName, OperationText> = {
  RequestPayout: {
    summary: 'Request a payout',
    description:
      'Takes the amount out of the available balance and puts the payout into the operators’ queue, in one transaction. It is accepted then, not yet sent: follow it with `GET /v1/referrals/payouts/{id}`.\n\nWithout an `Idempotency-Key`, sending this twice makes two payouts.',
    body: 'PayoutRequest',
    response: ok('Payout', 'The payout; its amount is now reserved.', 202),
    errors: [
      'payout_below_min',
      'payout_address_invalid',
      'payout_limit_exceeded',
      'account_frozen',
      'balance_insufficient',
    ],
    example: { body: examples.payoutRequest, response: examples.requested },
  },
  ListPayouts: {
    summary: 'List payouts',
    description:
      'The user’s payouts, newest first. A payout is here as soon as its `202` was sent. One that cannot be read is left out.',
    query: { entries: payoutsQuery().entries, lists: { status: PAYOUT_STATUSES } },
    response: ok('PayoutPage', 'One page.'),
    errors: [],
    example: { response: examples.payoutPage },
  },
  GetPayout: {
    summary: 'Get a payout',
    description: 'One payout of the user. Those of others look as if they did not exist.',
    response: ok('Payout', 'The payout as it is at this moment.'),
    errors: ['payout_not_found'],
    example: { response: examples.requested },
  },
  CancelPayout: {
    summary: 'Cancel a payout',
    description:
      'Takes a payout back while it is `requested`; the amount is available again in the same transaction. Once an operator has claimed it, it may be on its way and stays. Repeating it changes nothing and gets the same answer.',
    response: ok('Payout', 'The payout, now `cancelled`.'),
    errors: ['payout_not_found', 'payout_not_actionable'],
    example: { response: examples.taken },
  },
  GetOverview: {
    summary: 'Get the balance',
    description:
      'The balance in its parts, and what a payout may be here. A user without any history has zeros.',
    response: ok('Overview', 'The balance at this moment.'),
    errors: [],
    example: { response: examples.overview },
  },
  ListRewards: {
    summary: 'List rewards',
    description:
      'Where the balance comes from: the user’s rewards, newest first. One that cannot be read is left out.',
    query: { entries: rewardsQuery().entries, lists: { status: REWARD_STATUSES } },
    response: ok('RewardPage', 'One page.'),
    errors: [],
    example: { response: examples.rewardPage },
  },
  SpendOnInvoice: {
    summary: 'Pay an invoice',
    description:
      'Pays an open invoice from the available balance: the invoice is covered and the amount is spent, or neither.',
    body: 'SpendRequest',
    response: ok('SpendAnswer', 'The invoice is covered.'),
    errors: ['invoice_not_eligible', 'amount_mismatch', 'account_frozen', 'balance_insufficient'],
    example: { body: examples.spendRequest, response: { ok: true } },
  },

  ListQueue: {
    summary: 'List the queue',
    description:
      'The payouts that wait for an operator, oldest first, or those that somebody has to look at, whatever became of them. The list follows by some milliseconds what happens to them; claiming one settles whose it is. Where few fit what is asked for, a page may be short or empty and still have a `next_cursor`.\n\nA payout that cannot be read is listed with `unreadable` in its place, in the list of either status, but not where a network, amounts or what is mine is asked for; where a review is asked for, if it needed one when it could still be read.',
    query: { entries: queueQuery().entries },
    response: ok('PayoutQueue', 'One page.'),
    errors: [],
    example: { response: examples.queuePage },
  },
  GetTotals: {
    summary: 'Sum up the queue',
    description:
      'How many payouts wait for an operator, and how much they come to, for each network and status of which there are any. It reads the whole queue, and follows it by some milliseconds. Where that takes longer than an answer may, it tells what it has read, with `is_complete` false.',
    response: ok('QueueTotals', 'The totals.'),
    errors: [],
    example: { response: examples.totals },
  },
  GetPayoutAsOperator: {
    summary: 'Get any payout',
    description: 'A payout of any user, with who did what to it when.',
    response: ok('PayoutWithHistory', 'The payout as it is at this moment.'),
    errors: ['invalid_payout_id', 'payout_not_found'],
    example: { response: examples.inQueue },
  },
  ClaimPayout: {
    summary: 'Claim a payout',
    description:
      'Marks the payout as being paid by the caller. Of several operators one gets it; its owner can no longer cancel it. Nobody can while it needs a review; who approved it, or vouched that an attempt of it is dead, never can. Where the stage sets limits, a claim above its amount, or beyond what a day may take on a network, needs an approval first. Repeated by the same operator it changes nothing.',
    response: ok('PayoutWithHistory', 'The payout, now `processing`.'),
    errors: [
      'invalid_payout_id',
      'payout_not_found',
      'payout_not_actionable',
      'payout_may_be_sent',
      'approval_required',
      'account_frozen',
      'outflow_budget_exceeded',
    ],
    example: { response: examples.claimed },
  },
  ApprovePayout: {
    summary: 'Approve a payout',
    description:
      'A second identity has looked at the payout: it can then be claimed where its amount, or the budget of its network, asks for an approval, by anybody but the one who approved it. The first approval stands. Repeating it changes nothing and gets the same answer.',
    body: 'ApprovalReport',
    response: ok('PayoutWithHistory', 'The payout with its approval.'),
    errors: ['invalid_payout_id', 'payout_not_found', 'payout_not_actionable'],
    example: { body: examples.approvalReport, response: examples.approved },
  },
  RecordAttempt: {
    summary: 'Record an attempt',
    description:
      'Tells what is about to be sent for a payout, before it is: from then on the payout is not given back until each of its attempts is known to be dead. Only whoever claimed the payout can, for each of up to 20 transactions; one may pay many payouts. While one may land, only such are taken of which no more than one can: those of its sender, or its Safe, with its nonce. Repeating it changes nothing and gets the same answer as long as it may still land, or has; else it is refused, as whoever repeats it may be about to send it.',
    body: 'AttemptReport',
    response: ok('PayoutWithHistory', 'The payout with the attempt.'),
    errors: [
      'invalid_payout_id',
      'payout_not_found',
      'payout_not_actionable',
      'payout_may_be_sent',
    ],
    example: {
      body: examples.attemptReport,
      bodies: examples.evmReports,
      response: examples.attempted,
    },
  },
  ReviewPayout: {
    summary: 'Review a payout',
    description:
      'Says that somebody has looked at the payout, and vouches for attempts that never land, so that it can be given back or released. That takes another identity than the one that claimed the payout or recorded these attempts. Repeating it with the same content changes nothing and gets the same answer.',
    body: 'ReviewReport',
    response: ok('PayoutWithHistory', 'The payout, which needs no review any more.'),
    errors: ['invalid_payout_id', 'payout_not_found', 'payout_not_actionable', 'approval_required'],
    example: { body: examples.reviewReport, response: examples.reviewedPayout },
  },
  ReleasePayout: {
    summary: 'Release a payout',
    description:
      'Gives up the claim, of whomever it is: the payout is `requested` again, and others can claim it, unless an attempt may still land. Repeating it with the same note changes nothing and gets the same answer.',
    body: 'NoteReport',
    response: ok('PayoutWithHistory', 'The payout, now `requested` again.'),
    errors: [
      'invalid_payout_id',
      'payout_not_found',
      'payout_not_actionable',
      'payout_may_be_sent',
    ],
    example: { body: examples.releaseReport, response: examples.released },
  },
  MarkPayoutSent: {
    summary: 'Mark a payout as sent',
    description: `The payout was paid by this transaction, whose hash must have the form of its network. One that nobody has claimed needs all that its claim would. ${AGAIN}\n\nWhere the stage asks the chain of this network, it is the chain that answers. What is final and exactly this payment is \`200\`. What is not final yet is \`payout_not_final\`: the transaction is recorded as an attempt, by which an unclaimed payout is claimed, and the payout becomes \`sent\` by itself once it is final and right. Anything else is \`payout_evidence_mismatch\`, and changes nothing.`,
    body: 'SentReport',
    response: ok('PayoutWithHistory', 'The payout, now `sent` for good.'),
    errors: [
      'invalid_payout_id',
      'tx_hash_required',
      'payout_not_found',
      'payout_not_actionable',
      'payout_not_final',
      'payout_evidence_mismatch',
      'approval_required',
      'account_frozen',
      'outflow_budget_exceeded',
    ],
    example: { body: examples.sentReport, response: examples.sentWithHistory },
  },
  MarkPayoutFailed: {
    summary: 'Mark a payout as failed',
    description: `The payout could not be paid, and its amount is available to the user again. It is refused while an attempt may still land. ${AGAIN}`,
    body: 'UnpaidReport',
    response: ok('PayoutWithHistory', 'The payout, now `failed` for good.'),
    errors: [
      'invalid_payout_id',
      'payout_not_found',
      'payout_not_actionable',
      'payout_may_be_sent',
    ],
    example: { body: examples.unpaidReport, response: examples.unpaid('failed') },
  },
  CancelPayoutAsOperator: {
    summary: 'Cancel any payout',
    description: `The payout is not going to be paid, and its amount is available to the user again. It is refused while an attempt may still land. ${AGAIN}`,
    body: 'UnpaidReport',
    response: ok('PayoutWithHistory', 'The payout, now `cancelled` for good.'),
    errors: [
      'invalid_payout_id',
      'payout_not_found',
      'payout_not_actionable',
      'payout_may_be_sent',
    ],
    example: { body: examples.unpaidReport, response: examples.unpaid('cancelled') },
  },
  FreezeUser: {
    summary: 'Freeze a user',
    description:
      'Holds back all that would leave the account: payouts and spends are refused, and what was asked for before cannot be claimed. Reads, rewards, cancels and what is claimed go on. Repeating it changes nothing and gets the same answer; with other words, it is frozen with these.',
    body: 'NoteReport',
    response: ok('UserFreeze', 'The account is frozen.'),
    errors: ['invalid_user_id', 'user_not_found'],
    example: { body: { note: examples.frozenUser.frozen.note }, response: examples.frozenUser },
  },
  ThawUser: {
    summary: 'Thaw a user',
    description:
      'Ends the freezing: all can leave the account again. Repeating it changes nothing and gets the same answer.',
    body: 'NoteReport',
    response: ok('UserFreeze', 'The account is not frozen.'),
    errors: ['invalid_user_id', 'user_not_found'],
    example: { body: { note: examples.thawedUser.thawed.note }, response: examples.thawedUser },
  },
  GetUser: {
    summary: 'Get a user',
    description:
      'The balance of a user and what happened last, for an operator who is asked about it. What cannot be read is listed with `unreadable` in its place.',
    response: ok('User', 'The user; one without any history has zeros.'),
    errors: ['invalid_user_id'],
    example: { response: examples.user },
  },
};
