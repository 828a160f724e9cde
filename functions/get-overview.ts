/** GET /v1/referrals/me: the user's balance and what a payout may be. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { reply } from '../lib/http/respond.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { networkNames } from '../lib/networks/index.ts';
import { getBalance } from '../lib/store/balance/balance.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';

const config = readConfig('SESSIONS_TABLE', 'ACCOUNTS_TABLE', 'REWARDS_TABLE', 'MIN_PAYOUT_MICRO');
const db = createDb();

const overview = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const balance = await getBalance(db, config, event.userId, deadline(context, db.time));
  return reply(200, { balance, min_payout_micro: config.MIN_PAYOUT_MICRO, networks: networkNames });
};

export const handler = endpoint(overview).use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
