/** GET /v1/admin/referrals/totals: how much waits for the operators, by network and status. */
import { readTables } from '../lib/config.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type OperatorEvent, operator } from '../lib/http/operator.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { sumUpQueue } from '../lib/store/payouts/totals.ts';

const tables = readTables('Payouts');
const connection = connect();

const total = async ({ store }: OperatorEvent<'Payouts'>) =>
  jsonResponse(200, await sumUpQueue(store));

export const handler = endpoint(connection, tables, total).use(operator());
