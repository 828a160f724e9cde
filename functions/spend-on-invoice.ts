/** POST /v1/referrals/spend-on-invoice: pays an open invoice from the balance. */
import { readConfig, readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint, writeResponse } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { sameSite } from '../lib/http/same-site.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { idempotencyKey } from '../lib/idempotency.ts';
import { newId } from '../lib/ids.ts';
import { stringifyJson } from '../lib/json.ts';
import { SpendRequest } from '../lib/reward.ts';
import type { DebitTables } from '../lib/store/balance/debit.ts';
import { spendOnInvoice } from '../lib/store/billing/spend.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Sessions', 'Accounts', 'Invoices', 'Rewards', 'IdempotencyKeys');
const { CONSOLE_ORIGINS } = readConfig('CONSOLE_ORIGINS');
const connection = connect();

const pay = async (event: ConsoleEvent<DebitTables | 'Invoices'>) => {
  const { store, userId } = event;
  const request = parseArgs(SpendRequest, event.body);
  const key = idempotencyKey(event, 'spend', request);
  const { invoice_id: invoiceId, amount_micro: amountMicro } = request;
  const spend = { id: newId(store.nowMs), userId, invoiceId, amountMicro };
  return writeResponse(200, await spendOnInvoice(store, spend, stringifyJson({ ok: true }), key));
};

export const handler = endpoint(connection, tables, pay)
  .use(sameSite(CONSOLE_ORIGINS))
  .use(signedIn())
  .use(jsonBody());

await prewarm(connection, tables);
