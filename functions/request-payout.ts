/** POST /v1/referrals/payouts: reserves the amount and queues the payout for the operators. */
import { readConfig, readTables } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint, writeResponse } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { sameSite } from '../lib/http/same-site.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { idempotencyKey } from '../lib/idempotency.ts';
import { stringifyJson } from '../lib/json.ts';
import { logWarning } from '../lib/log.ts';
import { openSanctions } from '../lib/networks/sanctions.ts';
import { newPayout, PayoutRequest } from '../lib/payout.ts';
import type { DebitTables } from '../lib/store/balance/debit.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { requestPayout } from '../lib/store/payouts/request.ts';

const tables = readTables(
  ...(['Sessions', 'Accounts', 'Payouts', 'Rewards', 'IdempotencyKeys', 'DailyLimits'] as const),
);
const { MIN_PAYOUT_MICRO, USER_DAILY_LIMIT_MICRO, SANCTIONS, CONSOLE_ORIGINS } = readConfig(
  ...(['MIN_PAYOUT_MICRO', 'USER_DAILY_LIMIT_MICRO', 'SANCTIONS', 'CONSOLE_ORIGINS'] as const),
);
const isSanctioned = await openSanctions(SANCTIONS);
const connection = connect();

const accept = async (event: ConsoleEvent<DebitTables | 'Payouts' | 'DailyLimits'>) => {
  const { store, userId } = event;
  const request = parseArgs(PayoutRequest, event.body);
  const key = idempotencyKey(event, 'payout', request);
  const payout = newPayout(userId, request, MIN_PAYOUT_MICRO, store.nowMs);
  if (isSanctioned(payout.address)) {
    logWarning('sanctioned_address', { user_id: userId });
    throw new ApiError('payout_address_invalid');
  }
  const body = stringifyJson(payout);
  return writeResponse(202, await requestPayout(store, payout, body, key, USER_DAILY_LIMIT_MICRO));
};

export const handler = endpoint(connection, tables, accept)
  .use(sameSite(CONSOLE_ORIGINS))
  .use(signedIn())
  .use(jsonBody());

await prewarm(connection, tables);
