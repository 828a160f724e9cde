/** Applies a transition: the payout's new status and, at its end, its amount out of the reserve. */
import { isOpen, type PayoutWithHistory } from '../../payout.ts';
import { afterTransition, type Transition } from '../../settlement/transitions.ts';
import { accountChange } from '../balance/change.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Applied, applyChange } from './apply-change.ts';
import type { PayoutKey } from './payout-items.ts';
import { findKey } from './queue.ts';

/** Who only ever claims and releases, which moves no money, needs no accounts. */
export type TransitionStore = Store<'Payouts'> & { tables: { Accounts?: string } };

/**
 * Applies the transition. Throws `payout_not_found`, `invalid_args`, then `payout_not_actionable`,
 * and else as `applyChange` does.
 */
export const applyTransition = (
  store: TransitionStore,
  key: PayoutKey,
  transition: Transition,
): Promise<Applied> =>
  applyChange(store, key, {
    after: (payout, at) => afterTransition(payout, transition, at),
    parts: (_before, after) => {
      const account = accountPart(store.tables.Accounts, after);
      return { ...(account && { account }) };
    },
  });

/** The same for an operator, who names a payout by its id alone. */
export const applyTransitionById = async (
  store: TransitionStore,
  id: string,
  transition: Transition,
): Promise<Applied> => applyTransition(store, await findKey(store, id), transition);

function accountPart(
  table: string | undefined,
  { user_id, status, amount_micro }: PayoutWithHistory,
) {
  if (isOpen(status)) return undefined;
  if (table === undefined) throw new Error('a transition that moves money needs the accounts');
  const to = status === 'sent' ? 'paid_out_micro' : 'available_micro';
  return accountChange(table, user_id, { reserved_micro: -amount_micro, [to]: amount_micro });
}
