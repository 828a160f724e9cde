/** GET /v1/admin/referrals/payouts: the payouts that wait for an operator, oldest first. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { encodeCursor, parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { type OperatorEvent, operator } from '../lib/http/operator.ts';
import { QueueQuery } from '../lib/http/queue-query.ts';
import { reply } from '../lib/http/respond.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { listQueue } from '../lib/store/payouts/queue.ts';

const config = readConfig('PAYOUTS_TABLE');
const db = createDb();

const list = async (event: OperatorEvent, context: Context): Promise<Reply> => {
  const { status, limit, cursor } = parseArgs(QueueQuery, event.queryStringParameters ?? {});
  const page = { status, limit, after: cursor };
  const { payouts, next } = await listQueue(
    db,
    config.PAYOUTS_TABLE,
    page,
    deadline(context, db.time),
  );
  return reply(200, { items: payouts, next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(list).use(operator());
