/** POST /v1/admin/referrals/payouts/{id}/reviewed: somebody has looked at it, and what is dead. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { afterReview, ReviewReport } from '../lib/settlement/review.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyChangeById } from '../lib/store/payouts/apply-change.ts';

const tables = readTables('Payouts');
const connection = connect();

const review = async ({ store, payoutId, operator, body }: OperatorEvent<'Payouts'>) => {
  const report = parseArgs(ReviewReport, body);
  const applied = await applyChangeById(store, payoutId, {
    after: (payout, at) => afterReview(payout, report, operator, at),
  });
  return operatorResponse(applied);
};

export const handler = endpoint(connection, tables, review)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
