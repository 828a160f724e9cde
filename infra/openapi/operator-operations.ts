/** The routes of the operators, in words. */
import { queueQuery } from '../../lib/http/args.ts';
import {
  claimed,
  inQueue,
  queuePage,
  sentReport,
  sentWithHistory,
  unpaid,
  unpaidReport,
  user,
} from './examples.ts';
import type { OperationText, RouteName } from './operation.ts';

const AGAIN =
  'Repeating it with the same content changes nothing and gets the same answer; with other content it is refused.';

export const operatorOperations = {
  ListQueue: {
    summary: 'List the queue',
    description:
      'The payouts that wait for an operator, oldest first. The list follows by some milliseconds what happens to them; claiming one settles whose it is.',
    query: { entries: queueQuery().entries },
    answer: { status: 200, schema: 'PayoutQueue', description: 'One page.' },
    errors: [],
    example: { answer: queuePage },
  },
  GetPayoutAsOperator: {
    summary: 'Get any payout',
    description: 'A payout of any user, with who did what to it when.',
    answer: {
      status: 200,
      schema: 'PayoutWithHistory',
      description: 'The payout as it is at this moment.',
    },
    errors: ['invalid_payout_id', 'payout_not_found'],
    example: { answer: inQueue },
  },
  ClaimPayout: {
    summary: 'Claim a payout',
    description:
      'Marks the payout as being paid by the caller. Of several operators one gets it; its owner can no longer cancel it. Repeated by the same operator it changes nothing.',
    answer: {
      status: 200,
      schema: 'PayoutWithHistory',
      description: 'The payout, now `processing`.',
    },
    errors: ['invalid_payout_id', 'payout_not_found', 'payout_not_actionable'],
    example: { answer: claimed },
  },
  MarkPayoutSent: {
    summary: 'Mark a payout as sent',
    description: `The payout was paid by this transaction, whose hash must have the form of its network. ${AGAIN}`,
    body: 'SentReport',
    answer: {
      status: 200,
      schema: 'PayoutWithHistory',
      description: 'The payout, now `sent` for good.',
    },
    errors: ['invalid_payout_id', 'tx_hash_required', 'payout_not_found', 'payout_not_actionable'],
    example: { body: sentReport, answer: sentWithHistory },
  },
  MarkPayoutFailed: {
    summary: 'Mark a payout as failed',
    description: `The payout could not be paid, and its amount is available to the user again. ${AGAIN}`,
    body: 'UnpaidReport',
    answer: {
      status: 200,
      schema: 'PayoutWithHistory',
      description: 'The payout, now `failed` for good.',
    },
    errors: ['invalid_payout_id', 'payout_not_found', 'payout_not_actionable'],
    example: { body: unpaidReport, answer: unpaid('failed') },
  },
  CancelPayoutAsOperator: {
    summary: 'Cancel any payout',
    description: `The payout is not going to be paid, and its amount is available to the user again. ${AGAIN}`,
    body: 'UnpaidReport',
    answer: {
      status: 200,
      schema: 'PayoutWithHistory',
      description: 'The payout, now `cancelled` for good.',
    },
    errors: ['invalid_payout_id', 'payout_not_found', 'payout_not_actionable'],
    example: { body: unpaidReport, answer: unpaid('cancelled') },
  },
  GetUser: {
    summary: 'Get a user',
    description:
      'The balance of a user and what happened last, for an operator who is asked about it.',
    answer: {
      status: 200,
      schema: 'User',
      description: 'The user; one without any history has zeros.',
    },
    errors: ['invalid_user_id'],
    example: { answer: user },
  },
} as const satisfies Partial<Record<RouteName, OperationText>>;
