/** POST /v1/admin/referrals/payouts/{id}/cancelled: ended unpaid; the money is back. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { UnpaidReport } from '../lib/settlement/transitions.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyTransitionById } from '../lib/store/payouts/apply-transition.ts';

const tables = readTables('Accounts', 'Budgets', 'DailyLimits', 'Payouts');
const connection = connect();

const cancel = async ({
  store,
  payoutId,
  operator,
  body,
}: OperatorEvent<'Accounts' | 'Budgets' | 'DailyLimits' | 'Payouts'>) => {
  const report = parseArgs(UnpaidReport, body);
  const transition = { ...report, status: 'cancelled', by: operator } as const;
  return operatorResponse(await applyTransitionById(store, payoutId, transition));
};

export const handler = endpoint(connection, tables, cancel)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
