/**
 * POST /v1/admin/referrals/payouts/{id}/sent: the payout was paid, by this transaction of its
 * network.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { reply } from '../lib/http/respond.ts';
import { SentReport } from '../lib/reports.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { moveOnById } from '../lib/store/payouts/apply-transition.ts';

const config = readConfig('ACCOUNTS_TABLE', 'PAYOUTS_TABLE');
const db = createDb();

const markSent = async (event: OperatorEvent, context: Context): Promise<Reply> => {
  const { tx_hash } = parseArgs(SentReport, event.body);
  if (tx_hash === '') throw new ApiError('tx_hash_required');
  const transition = { status: 'sent', by: event.operator, tx_hash } as const;
  return reply(
    200,
    await moveOnById(db, config, event.payoutId, transition, deadline(context, db.time)),
  );
};

export const handler = endpoint(markSent).use(operator()).use(payoutId()).use(jsonBody());
