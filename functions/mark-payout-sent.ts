/** POST /v1/admin/referrals/payouts/{id}/sent: it was paid, by this transaction of its network. */
import { readLimits, readTables } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint, transitionResponse } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import { SentReport } from '../lib/settlement/transitions.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyTransitionById } from '../lib/store/payouts/apply-transition.ts';

const tables = readTables('Accounts', 'Budgets', 'Payouts');
const limits = readLimits();
const connection = connect();

const markSent = async ({
  store,
  payoutId,
  operator,
  body,
}: OperatorEvent<'Accounts' | 'Budgets' | 'Payouts'>) => {
  const { tx_hash } = parseArgs(SentReport, body);
  if (tx_hash === '') throw new ApiError('tx_hash_required');
  const transition = { status: 'sent', by: operator, tx_hash } as const;
  return transitionResponse(await applyTransitionById(store, payoutId, transition, limits));
};

export const handler = endpoint(connection, tables, markSent)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
