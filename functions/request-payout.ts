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
import { newPayout, type Payout, PayoutRequest } from '../lib/payout.ts';
import type { DebitTables } from '../lib/store/balance/debit.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { acceptedBefore, requestPayout } from '../lib/store/payouts/request.ts';

const tables = readTables(
  'Sessions',
  'Accounts',
  'Payouts',
  'Rewards',
  'IdempotencyKeys',
  'DailyLimits',
);
const { MIN_PAYOUT_MICRO, USER_DAILY_LIMIT_MICRO, SANCTIONS, CONSOLE_ORIGINS } = readConfig(
  'MIN_PAYOUT_MICRO',
  'USER_DAILY_LIMIT_MICRO',
  'SANCTIONS',
  'CONSOLE_ORIGINS',
);
const isSanctioned = await openSanctions(SANCTIONS);
const connection = connect();

/** The payout that is asked for; throws what this deployment has against it. */
function payoutFor(userId: string, request: PayoutRequest, nowMs: number): Payout {
  const payout = newPayout(userId, request, MIN_PAYOUT_MICRO, nowMs);
  if (isSanctioned(payout.address)) {
    logWarning('sanctioned_address', { user_id: userId });
    throw new ApiError('payout_address_invalid');
  }
  return payout;
}

const accept = async (event: ConsoleEvent<DebitTables | 'Payouts' | 'DailyLimits'>) => {
  const { store, userId } = event;
  const request = parseArgs(PayoutRequest, event.body);
  const key = idempotencyKey(event, 'payout', request);
  let payout: Payout;
  try {
    payout = payoutFor(userId, request, store.nowMs);
  } catch (refusal) {
    return writeResponse(202, await acceptedBefore(store, userId, key, refusal as Error));
  }
  const body = stringifyJson(payout);
  return writeResponse(202, await requestPayout(store, payout, body, key, USER_DAILY_LIMIT_MICRO));
};

export const handler = endpoint(connection, tables, accept)
  .use(sameSite(CONSOLE_ORIGINS))
  .use(signedIn())
  .use(jsonBody());

await prewarm(connection, tables);
