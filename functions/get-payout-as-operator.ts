/** GET /v1/admin/referrals/payouts/{id}: any payout, with who did what to it when. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { reply } from '../lib/http/respond.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { findById } from '../lib/store/payouts/queue.ts';

const config = readConfig('PAYOUTS_TABLE');
const db = createDb();

const show = async (event: OperatorEvent, context: Context): Promise<Reply> =>
  reply(200, await findById(db, config.PAYOUTS_TABLE, event.payoutId, deadline(context, db.time)));

export const handler = endpoint(show).use(operator()).use(payoutId());
