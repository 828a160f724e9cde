/** POST /v1/admin/referrals/payouts/{id}/reviewed: somebody has looked at it, and what is dead. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint, transitionResponse } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, payoutId } from '../lib/http/operator.ts';
import type { PayoutWithHistory } from '../lib/settlement/payout-with-history.ts';
import { afterReview, ReviewReport } from '../lib/settlement/review.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyChangeById } from '../lib/store/payouts/apply-change.ts';

const tables = readTables('Payouts');
const connection = connect();

const review = async ({ store, payoutId, operator, body }: OperatorEvent<'Payouts'>) => {
  const report = parseArgs(ReviewReport, body);
  const change = {
    after: (payout: PayoutWithHistory, at: string) => afterReview(payout, report, operator, at),
  };
  return transitionResponse(await applyChangeById(store, payoutId, change));
};

export const handler = endpoint(connection, tables, review)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());
