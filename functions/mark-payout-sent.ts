/** POST /v1/admin/referrals/payouts/{id}/sent: it was paid, by this transaction of its network. */
import { readChains } from '../lib/chain-settings.ts';
import { readLimits, readTables } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { SentReport } from '../lib/settlement/transitions.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { markSent } from '../lib/store/payouts/chain/mark-sent.ts';
import { connectVerifiers } from '../lib/store/payouts/chain/open-verifiers.ts';

const tables = readTables('Accounts', 'Budgets', 'Evidence', 'Payouts');
const limits = readLimits();
const connection = connect();
const verifiers = connectVerifiers(readChains());

const sent = async ({
  store,
  payoutId,
  operator,
  body,
}: OperatorEvent<'Accounts' | 'Budgets' | 'Evidence' | 'Payouts'>) => {
  const { tx_hash } = parseArgs(SentReport, body);
  if (tx_hash === '') throw new ApiError('tx_hash_required');
  const said = { by: operator, tx_hash };
  return operatorResponse(await markSent(store, verifiers, payoutId, said, limits));
};

export const handler = endpoint(connection, tables, sent)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
