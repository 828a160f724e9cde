/** GET /v1/admin/referrals/payouts/{id}: any payout, with who did what to it when. */
import { readTables } from '../lib/config.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { shown } from '../lib/settlement/shown-payout.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { findById } from '../lib/store/payouts/queue.ts';

const tables = readTables('Payouts');
const connection = connect();

const show = async ({ store, payoutId }: OperatorEvent<'Payouts'>) =>
  jsonResponse(200, shown(await findById(store, payoutId)));

export const handler = endpoint(connection, tables, show).use(operator()).use(payoutId());
