/** GET /v1/referrals/me: the user's balance, what a payout may be, and how much more today. */
import { readConfig, readTables } from '../lib/config.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { networkNames } from '../lib/networks/index.ts';
import { getBalance } from '../lib/store/balance/balance.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { readLimit } from '../lib/store/payouts/daily-limits.ts';
import { dayOf } from '../lib/time.ts';

const tables = readTables('Sessions', 'Accounts', 'Rewards', 'DailyLimits');
const { MIN_PAYOUT_MICRO, USER_DAILY_LIMIT_MICRO } = readConfig(
  'MIN_PAYOUT_MICRO',
  'USER_DAILY_LIMIT_MICRO',
);
const connection = connect();

const overview = async ({
  store,
  userId,
}: ConsoleEvent<'Accounts' | 'Rewards' | 'DailyLimits'>) => {
  const key = { user_id: userId, day: dayOf(store.nowMs) };
  const [balanceAsOf, daily_limit] = await Promise.all([
    getBalance(store, userId),
    USER_DAILY_LIMIT_MICRO && readLimit(store, key, USER_DAILY_LIMIT_MICRO),
  ]);
  return jsonResponse(200, {
    ...balanceAsOf,
    min_payout_micro: MIN_PAYOUT_MICRO,
    networks: networkNames,
    ...(daily_limit && { daily_limit }),
  });
};

export const handler = endpoint(connection, tables, overview).use(signedIn());

await prewarm(connection, tables);
