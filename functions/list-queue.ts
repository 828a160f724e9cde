/** GET /v1/admin/referrals/payouts: what waits for an operator, or for a look at it, oldest first. */
import { readTables } from '../lib/config.ts';
import { encodeCursor, parseArgs, queueQuery } from '../lib/http/args.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type OperatorEvent, operator } from '../lib/http/operator.ts';
import { shown } from '../lib/settlement/shown-payout.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { listQueue } from '../lib/store/payouts/queue-page.ts';

const tables = readTables('Payouts');
const connection = connect();

const Query = queueQuery();

const list = async ({ store, operator, queryStringParameters }: OperatorEvent<'Payouts'>) => {
  const { mine, ...asked } = parseArgs(Query, queryStringParameters ?? {});
  const page = { ...asked, claimedBy: mine ? operator : undefined };
  const { payouts, next } = await listQueue(store, page);
  return jsonResponse(200, { items: payouts.map(shown), next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(connection, tables, list).use(operator());
