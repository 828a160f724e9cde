/** POST /v1/admin/referrals/payouts/{id}/attempts: what is about to be sent, before it is. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { withAttempt } from '../lib/settlement/attempts.ts';
import { AttemptReport } from '../lib/settlement/records.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyChangeById } from '../lib/store/payouts/apply-change.ts';

const tables = readTables('Payouts');
const connection = connect();

const record = async ({ store, payoutId, operator, body }: OperatorEvent<'Payouts'>) => {
  const report = parseArgs(AttemptReport, body);
  const applied = await applyChangeById(store, payoutId, {
    after: (payout, at) => withAttempt(payout, report, operator, at),
  });
  return operatorResponse(applied);
};

export const handler = endpoint(connection, tables, record)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
