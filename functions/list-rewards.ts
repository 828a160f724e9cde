/** GET /v1/referrals/rewards: the user's rewards, newest first. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { encodeCursor, parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { reply } from '../lib/http/respond.ts';
import { RewardsQuery } from '../lib/http/rewards-query.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { asListed } from '../lib/reward.ts';
import { listRewards } from '../lib/store/balance/reward-list.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';

const config = readConfig('SESSIONS_TABLE', 'REWARDS_TABLE');
const db = createDb();

const list = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const page = parseArgs(RewardsQuery, event.queryStringParameters ?? {});
  const { rewards, next } = await listRewards(
    db,
    config.REWARDS_TABLE,
    event.userId,
    page,
    deadline(context, db.time),
  );
  return reply(200, { items: rewards.map(asListed), next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(list).use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
