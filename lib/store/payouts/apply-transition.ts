/** Applies a transition: the payout's new status, where its amount goes, and what limits it. */
import { ApiError } from '../../errors.ts';
import { isOpen } from '../../payout.ts';
import { afterLimited, type Limits } from '../../settlement/outflow.ts';
import type { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import type { Transition } from '../../settlement/transitions.ts';
import { dayOf } from '../../time.ts';
import { accountChange, accountNotFrozen, isFrozen, unlessFrozen } from '../balance/change.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Applied, applyChange, type Change } from './apply-change.ts';
import { budgetExceeded, budgetPart } from './budgets.ts';
import { giveBackPart } from './daily-limits.ts';
import type { PayoutKey } from './payout-items.ts';
import { findKey } from './queue.ts';

/** Who only releases needs no accounts, the owner no budgets, and only who ends one unpaid limits. */
export type TransitionStore = Store<'Payouts'> & {
  tables: { Accounts?: string; Budgets?: string; DailyLimits?: string };
};

/**
 * Applies the transition under the stage's limits. Throws `payout_not_found`, `invalid_args`,
 * `payout_not_actionable`, `payout_may_be_sent`, `approval_required`, `account_frozen`,
 * then `outflow_budget_exceeded`, and else as `applyChange` does.
 */
export const applyTransition = (
  store: TransitionStore,
  key: PayoutKey,
  transition: Transition,
  limits: Limits = {},
): Promise<Applied> => applyChange(store, key, transitionChange(store, transition, limits));

/** The same for an operator, who names a payout by its id alone. */
export const applyTransitionById = async (
  store: TransitionStore,
  id: string,
  transition: Transition,
  limits?: Limits,
): Promise<Applied> => applyTransition(store, await findKey(store, id), transition, limits);

/** The transition as a change, for whoever writes more together with it. */
export function transitionChange(
  { tables, nowMs }: TransitionStore,
  transition: Transition,
  limits: Limits,
) {
  const today = dayOf(nowMs);
  const limitOn = (network: string) => limits.budgetsMicro?.[network] ?? 0n;
  return {
    after: (payout, at) => afterLimited(payout, transition, at, limits, today),
    parts: (before, after) => {
      const account = accountPart(tables.Accounts, before, after);
      const budget = budgetPart(tables.Budgets, before, after, limitOn(after.network));
      const limit = giveBackPart(tables.DailyLimits, before, after);
      return { ...(account && { account }), ...(budget && { budget }), ...(limit && { limit }) };
    },
    refusal: ({ account, budget }, { network }) => {
      if (isFrozen(account)) return new ApiError('account_frozen');
      return budget && !account
        ? budgetExceeded(tables.Budgets as string, budget, limitOn(network), today)
        : undefined;
    },
  } satisfies Change;
}

/**
 * What the payout's new status does to its owner's account. Whoever takes one needs the account not to
 * be frozen; what is taken goes on.
 */
export function accountPart(
  table: string | undefined,
  before: PayoutWithHistory,
  { user_id, status, amount_micro }: PayoutWithHistory,
) {
  if (status === 'requested') return undefined;
  if (table === undefined) throw new Error('a transition of this kind needs the accounts');
  if (isOpen(status)) return accountNotFrozen(table, user_id);
  const to = status === 'sent' ? 'paid_out_micro' : 'available_micro';
  const change = accountChange(table, user_id, {
    reserved_micro: -amount_micro,
    [to]: amount_micro,
  });
  return status === 'sent' && before.status === 'requested' ? unlessFrozen(change) : change;
}
