/** Approvals: above an amount that the stage sets, one identity approves and another one pays. */
import * as v from 'valibot';
import { ApiError, invalidField } from '../errors.ts';
import { INT64_MAX, PositiveMicro } from '../money.ts';
import { PayoutRequest } from '../payout.ts';
import type { PayoutWithHistory } from './payout-with-history.ts';
import { isSamePerson } from './person.ts';
import { notActionable } from './transitions.ts';

/** What is approved, so that nobody approves what they have not seen. */
export const ApprovalReport = v.object({
  amount_micro: PositiveMicro,
  address: PayoutRequest.entries.address,
});
export type ApprovalReport = v.InferOutput<typeof ApprovalReport>;

/**
 * The payout with this approval, or the very same object when it has it already. Throws
 * `invalid_args` when amount or address are not the payout's, and `payout_not_actionable` unless it
 * is `requested` and approved by nobody else: the first approval stands.
 */
export function withApproval(
  payout: PayoutWithHistory,
  report: ApprovalReport,
  by: string,
  at: string,
): PayoutWithHistory {
  for (const name of ['amount_micro', 'address'] as const)
    if (report[name] !== payout[name]) throw invalidField(name, 'is not allowed', 'the payout’s');
  if (payout.approval?.by === by) return payout;
  if (payout.approval || payout.status !== 'requested') throw notActionable(payout, by);
  return { ...payout, approval: { by, at, ...report } };
}

/** Whether another identity has approved exactly this. */
export const isApprovedFor = (
  { approval, amount_micro, address }: PayoutWithHistory,
  by: string,
): boolean =>
  approval !== undefined &&
  !isSamePerson(approval.by, by) &&
  approval.amount_micro === amount_micro &&
  approval.address === address;

/**
 * Throws `approval_required` for whoever approved the payout themselves, or vouched that an attempt
 * of it is dead, whatever its amount: one person would say that it may be paid, and pay it. And for
 * everybody where it is above `aboveMicro` (micro-units), as nothing is without it, and nobody else
 * has approved it.
 */
export function mustBeApprovedFor(
  payout: PayoutWithHistory,
  by: string,
  aboveMicro = INT64_MAX,
): void {
  const needsIt = payout.amount_micro > aboveMicro;
  const hasDecided =
    isSamePerson(payout.approval?.by, by) ||
    payout.attempts?.some(({ death }) => isSamePerson(death?.by, by));
  if (hasDecided || (needsIt && !isApprovedFor(payout, by)))
    throw new ApiError('approval_required');
}
