/** GET /v1/referrals/me: the user's balance and what a payout may be. */
import { readConfig, readTables } from '../lib/config.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { networkNames } from '../lib/networks/index.ts';
import { getBalance } from '../lib/store/balance/balance.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Sessions', 'Accounts', 'Rewards');
const { MIN_PAYOUT_MICRO } = readConfig('MIN_PAYOUT_MICRO');
const connection = connect();

const overview = async ({ store, userId }: ConsoleEvent<'Accounts' | 'Rewards'>) => {
  const balance = await getBalance(store, userId);
  return jsonResponse(200, { balance, min_payout_micro: MIN_PAYOUT_MICRO, networks: networkNames });
};

export const handler = endpoint(connection, tables, overview).use(signedIn());

await prewarm(connection, tables);
