/** GET /v1/referrals/payouts: the user's payouts, newest first. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { encodeCursor, parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { PayoutsQuery } from '../lib/http/payouts-query.ts';
import { reply } from '../lib/http/respond.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { listPayouts } from '../lib/store/payouts/user-payouts.ts';

const config = readConfig('SESSIONS_TABLE', 'PAYOUTS_TABLE');
const db = createDb();

const list = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const page = parseArgs(PayoutsQuery, event.queryStringParameters ?? {});
  const { payouts, next } = await listPayouts(
    db,
    config.PAYOUTS_TABLE,
    event.userId,
    page,
    deadline(context, db.time),
  );
  return reply(200, { items: payouts, next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(list).use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
