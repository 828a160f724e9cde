/** GET /v1/referrals/payouts: the user's payouts, newest first. */
import { readTables } from '../lib/config.ts';
import { encodeCursor, parseArgs, payoutsQuery } from '../lib/http/args.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { listPayouts } from '../lib/store/payouts/payout-items.ts';

const tables = readTables('Sessions', 'Payouts');
const connection = connect();

const Query = payoutsQuery();

const list = async ({ store, userId, queryStringParameters }: ConsoleEvent<'Payouts'>) => {
  const page = parseArgs(Query, queryStringParameters ?? {});
  const { rows, next } = await listPayouts(store, userId, page);
  return jsonResponse(200, { items: rows, next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(connection, tables, list).use(signedIn());

await prewarm(connection, tables);
