/** GET /v1/referrals/payouts/{id}: one of the user's payouts. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { payoutIdInPath } from '../lib/http/path-id.ts';
import { reply } from '../lib/http/respond.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { asOwnerSeesIt } from '../lib/payout.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { findPayout } from '../lib/store/payouts/find-payout.ts';

const config = readConfig('SESSIONS_TABLE', 'PAYOUTS_TABLE');
const db = createDb();

const show = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const key = { user_id: event.userId, id: payoutIdInPath(event, 'payout_not_found') };
  const payout = await findPayout(db, config.PAYOUTS_TABLE, key, deadline(context, db.time));
  if (!payout) throw new ApiError('payout_not_found');
  return reply(200, asOwnerSeesIt(payout));
};

export const handler = endpoint(show).use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
