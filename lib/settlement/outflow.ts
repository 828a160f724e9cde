/** The limits of what leaves: who may pay a payout, and how much of a network's budget it takes. */
import { isOpen } from '../payout.ts';
import { mustBeApprovedFor } from './approval.ts';
import type { PayoutWithHistory } from './payout-with-history.ts';
import { afterTransition, notActionable, type Transition } from './transitions.ts';

/** What the stage sets, in micro-units; nothing is limited where it sets nothing. */
export type Limits = {
  /** Above it, a payout needs the approval of another identity than the one that pays it. */
  approvalAboveMicro?: bigint | undefined;
  /** What may be claimed in a UTC day, by network. */
  budgetsMicro?: Readonly<Record<string, bigint>> | undefined;
  /** Whom nobody may pay, however often a claim is repeated; the operator is not told why. */
  isBarred?: (payout: PayoutWithHistory) => boolean;
};

/**
 * The payout after the transition, as `afterTransition`, under the stage's limits. `budget_day` is
 * the day on whose budget it counts, which it has from its claim on, and for good once it is sent;
 * what is given back counts on none, nor on its owner's limit of the day where it ends unpaid. Throws
 * `approval_required` besides, and `payout_not_actionable` for a claim that is barred.
 */
export function afterLimited(
  payout: PayoutWithHistory,
  transition: Transition,
  at: string,
  { approvalAboveMicro, budgetsMicro = {}, isBarred }: Limits,
  today: string,
): PayoutWithHistory {
  if (transition.status === 'processing' && isOpen(payout.status) && isBarred?.(payout))
    throw notActionable(payout, transition.by, 'The payout cannot be claimed.');
  const after = afterTransition(payout, transition, at);
  if (after === payout) return payout;
  const { budget_day: _, ...unclaimed } = after;
  if (after.status === 'requested') return unclaimed;
  const { limit_day: __, ...unpaid } = unclaimed;
  if (after.status === 'failed' || after.status === 'cancelled') return unpaid;
  const isTaken = payout.status === 'requested';
  mustBeApprovedFor(payout, transition.by, isTaken ? approvalAboveMicro : undefined);
  const isLimited = isTaken && Object.hasOwn(budgetsMicro, payout.network);
  return isLimited ? { ...after, budget_day: today } : after;
}
