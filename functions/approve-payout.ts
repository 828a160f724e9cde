/** POST /v1/admin/referrals/payouts/{id}/approved: a second identity has looked at it. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { ApprovalReport, withApproval } from '../lib/settlement/approval.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyChangeById } from '../lib/store/payouts/apply-change.ts';

const tables = readTables('Payouts');
const connection = connect();

const approve = async ({ store, payoutId, operator, body }: OperatorEvent<'Payouts'>) => {
  const report = parseArgs(ApprovalReport, body);
  const applied = await applyChangeById(store, payoutId, {
    after: (payout, at) => withApproval(payout, report, operator, at),
  });
  return operatorResponse(applied);
};

export const handler = endpoint(connection, tables, approve)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
