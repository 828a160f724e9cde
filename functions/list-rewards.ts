/** GET /v1/referrals/rewards: the user's rewards, newest first. */
import { readTables } from '../lib/config.ts';
import { encodeCursor, parseArgs, rewardsQuery } from '../lib/http/args.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { asListed } from '../lib/reward.ts';
import { listRewards } from '../lib/store/balance/reward-items.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Sessions', 'Rewards');
const connection = connect();

const Query = rewardsQuery();

const list = async ({ store, userId, queryStringParameters }: ConsoleEvent<'Rewards'>) => {
  const page = parseArgs(Query, queryStringParameters ?? {});
  const { rows, next } = await listRewards(store, userId, page);
  return jsonResponse(200, { items: rows.map(asListed), next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(connection, tables, list).use(signedIn());

await prewarm(connection, tables);
