/** POST /v1/admin/referrals/payouts/{id}/released: a claim is given up, for others to have it. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { NoteReport } from '../lib/settlement/transitions.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyTransitionById } from '../lib/store/payouts/apply-transition.ts';

const tables = readTables('Budgets', 'Payouts');
const connection = connect();

const release = async ({
  store,
  payoutId,
  operator,
  body,
}: OperatorEvent<'Budgets' | 'Payouts'>) => {
  const report = parseArgs(NoteReport, body);
  const transition = { ...report, status: 'requested', by: operator } as const;
  return operatorResponse(await applyTransitionById(store, payoutId, transition));
};

export const handler = endpoint(connection, tables, release)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
