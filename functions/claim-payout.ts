/** POST /v1/admin/referrals/payouts/{id}/processing: a claim, so that no other operator pays it. */
import { readConfig, readLimits, readTables } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type OperatorEvent, operator, operatorResponse, payoutId } from '../lib/http/operator.ts';
import { logWarning } from '../lib/log.ts';
import { openSanctions } from '../lib/networks/sanctions.ts';
import type { Limits } from '../lib/settlement/outflow.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyTransitionById } from '../lib/store/payouts/apply-transition.ts';

const tables = readTables('Accounts', 'Budgets', 'Payouts');
const isSanctioned = await openSanctions(readConfig('SANCTIONS').SANCTIONS);

/** Since it was requested, the address may have come onto the list. */
const isBarred: Limits['isBarred'] = ({ id, address }) => {
  const isListed = isSanctioned(address);
  if (isListed) logWarning('sanctioned_address', { payout_id: id });
  return isListed;
};
const limits = { ...readLimits(), isBarred };
const connection = connect();

const claim = async ({
  store,
  payoutId,
  operator,
}: OperatorEvent<'Accounts' | 'Budgets' | 'Payouts'>) => {
  const transition = { status: 'processing', by: operator } as const;
  return operatorResponse(await applyTransitionById(store, payoutId, transition, limits));
};

export const handler = endpoint(connection, tables, claim).use(operator()).use(payoutId());
