/**
 * POST /v1/admin/referrals/payouts/{id}/processing: an operator claims a payout, so that no other
 * one pays it too.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { reply } from '../lib/http/respond.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { moveOnById } from '../lib/store/payouts/apply-transition.ts';

const config = readConfig('PAYOUTS_TABLE');
const db = createDb();

const claim = async (event: OperatorEvent, context: Context): Promise<Reply> => {
  const transition = { status: 'processing', by: event.operator } as const;
  return reply(
    200,
    await moveOnById(db, config, event.payoutId, transition, deadline(context, db.time)),
  );
};

export const handler = endpoint(claim).use(operator()).use(payoutId());
