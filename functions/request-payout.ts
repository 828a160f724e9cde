/** POST /v1/referrals/payouts: reserves the amount and queues the payout for the operators. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { answered } from '../lib/http/respond.ts';
import { sameSite } from '../lib/http/same-site.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { idempotencyKey } from '../lib/idempotency.ts';
import { stringifyJson } from '../lib/json.ts';
import { newPayout, PayoutRequest } from '../lib/payout.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { requestPayout } from '../lib/store/payouts/request.ts';

const config = readConfig(
  'SESSIONS_TABLE',
  'ACCOUNTS_TABLE',
  'PAYOUTS_TABLE',
  'REWARDS_TABLE',
  'IDEMPOTENCY_KEYS_TABLE',
  'MIN_PAYOUT_MICRO',
  'CONSOLE_ORIGINS',
);
const db = createDb();

const accept = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const request = parseArgs(PayoutRequest, event.body);
  const key = idempotencyKey(event.headers['idempotency-key'], 'payout', request);
  const payout = newPayout(event.userId, request, config.MIN_PAYOUT_MICRO, db.time.now());

  const body = stringifyJson(payout);
  return answered(
    202,
    await requestPayout(db, config, payout, body, key, deadline(context, db.time)),
  );
};

export const handler = endpoint(accept)
  .use(sameSite(config.CONSOLE_ORIGINS))
  .use(signedIn(db, config.SESSIONS_TABLE))
  .use(jsonBody());

await prewarm(db, config.SESSIONS_TABLE);
