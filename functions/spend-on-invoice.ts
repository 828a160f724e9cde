/** POST /v1/referrals/spend-on-invoice: pays an open invoice from the balance. */
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
import { newId } from '../lib/ids.ts';
import { stringifyJson } from '../lib/json.ts';
import { SpendRequest } from '../lib/spend-request.ts';
import { spendOnInvoice } from '../lib/store/billing/spend.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';

const config = readConfig(
  'SESSIONS_TABLE',
  'ACCOUNTS_TABLE',
  'INVOICES_TABLE',
  'REWARDS_TABLE',
  'IDEMPOTENCY_KEYS_TABLE',
  'CONSOLE_ORIGINS',
);
const db = createDb();

const spend = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const request = parseArgs(SpendRequest, event.body);
  const key = idempotencyKey(event.headers['idempotency-key'], 'spend', request);
  const { invoice_id: invoiceId, amount_micro: amountMicro } = request;
  const spend = { id: newId(db.time.now()), userId: event.userId, invoiceId, amountMicro };
  const body = stringifyJson({ ok: true });
  return answered(
    200,
    await spendOnInvoice(db, config, spend, body, key, deadline(context, db.time)),
  );
};

export const handler = endpoint(spend)
  .use(sameSite(config.CONSOLE_ORIGINS))
  .use(signedIn(db, config.SESSIONS_TABLE))
  .use(jsonBody());

await prewarm(db, config.SESSIONS_TABLE);
