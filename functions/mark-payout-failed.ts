/**
 * POST /v1/admin/referrals/payouts/{id}/failed: the payout could not be paid; its amount is
 * available again.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { reply } from '../lib/http/respond.ts';
import { UnpaidReport } from '../lib/reports.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { moveOnById } from '../lib/store/payouts/apply-transition.ts';

const config = readConfig('ACCOUNTS_TABLE', 'PAYOUTS_TABLE');
const db = createDb();

const markFailed = async (event: OperatorEvent, context: Context): Promise<Reply> => {
  const { note } = parseArgs(UnpaidReport, event.body);
  const transition = { status: 'failed', by: event.operator, note } as const;
  return reply(
    200,
    await moveOnById(db, config, event.payoutId, transition, deadline(context, db.time)),
  );
};

export const handler = endpoint(markFailed).use(operator()).use(payoutId()).use(jsonBody());
