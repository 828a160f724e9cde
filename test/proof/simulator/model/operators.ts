/** What may have become of an operator's decision, or of the owner's cancel. */
import { isDeepStrictEqual } from 'node:util';
import type { Operation, PayoutRef } from '../history/steps.ts';
import { dayOf, endOf } from './limits.ts';
import { operatorsView, ownersView, type Payout, type Said, type User } from './model.ts';
import {
  type Action,
  arn,
  type Context,
  isAnswer,
  isRefusal,
  isWithin,
  refused,
} from './observation.ts';
import { sentRule } from './sent-by-hand.ts';
import {
  approvalRule,
  attemptRule,
  type Refusal,
  type Rule,
  type Ruling,
  reviewRule,
  transitionRule,
} from './settlement.ts';

type Changing = Extract<
  Action,
  {
    kind:
      | 'cancel'
      | 'claim'
      | 'sent'
      | 'failed'
      | 'cancelled'
      | 'release'
      | 'approve'
      | 'attempt'
      | 'review';
  }
>;

export const payoutOf = ({ payouts }: User, { operation }: PayoutRef): Payout | undefined =>
  Object.values(payouts).find(({ madeBy }) => madeBy === operation);

/** The rule for what was asked. */
export function ruleOf(action: Changing): Rule {
  if (action.kind === 'cancel') return transitionRule({ status: 'cancelled', by: 'user' });
  const by = arn(action.operator);
  switch (action.kind) {
    case 'claim':
      return transitionRule({ status: 'processing', by });
    case 'release':
      return transitionRule({ status: 'requested', by, note: action.note });
    case 'sent':
      return action.sighted
        ? sentRule(by, action.hash, action.sighted)
        : transitionRule({ status: 'sent', by, tx_hash: action.hash });
    case 'failed':
    case 'cancelled': {
      const { kind: status, reason, note, internalNote } = action;
      return transitionRule({
        ...{ status, by, note },
        ...(reason !== undefined && { reason }),
        ...(internalNote !== undefined && { internal_note: internalNote }),
      });
    }
    case 'approve':
      return approvalRule(by, BigInt(action.amount), action.address);
    case 'attempt': {
      const { nonce, last_valid_block_height: height, ...told } = action.told;
      return attemptRule(by, {
        ...told,
        ...(nonce !== undefined && { nonce: BigInt(nonce) }),
        ...(height !== undefined && { last_valid_block_height: BigInt(height) }),
      });
    }
    case 'review':
      return reviewRule(by, action.dead, action.note);
  }
}

/** The states after a change was asked for that is under this rule. */
export function change(before: User, ref: PayoutRef, rule: Rule, context: Context): User[] {
  const { observation, userId, user } = context;
  const { seen, action } = observation;
  const payout = payoutOf(before, ref);
  const isStranger = 'user' in action && action.user !== ref.user;
  if (!payout || isStranger) return refused(before, context, 404, 'payout_not_found');

  const view = rule.by === 'user' ? ownersView : operatorsView;
  const statesBy = (ruling: Ruling): User[] => {
    if (ruling === 'repeated')
      return !seen || isAnswer(seen, 200, view(userId, payout), true) ? [before] : [];
    if ('tag' in ruling) return says(context, ruling) ? [before] : [];
    if (ruling.limitMicro !== undefined && isOverBudget(payout, ruling.limitMicro, context))
      return [before];

    const stored = user.payouts[payout.id];
    const at = stored && (ruling.atIn ?? rule.atIn)(stored, payout);
    if (at === undefined || !isTime(at, payout, context)) return [];
    return ruling.becomes(at, daysOf(context)).flatMap((after): User[] => {
      const next = { ...before, payouts: { ...before.payouts, [payout.id]: after } };
      if (ruling.answers) return !seen || says(context, ruling.answers) ? [next] : [];
      if (!seen || isAnswer(seen, 200, view(userId, after))) return [next];
      if (seen.status !== 200 || seen.replayed) return [];
      return [{ ...next, owed: [...(next.owed ?? []), { payout: payout.id, json: seen.json }] }];
    });
  };
  return [rule.of(payout, before)].flat().flatMap(statesBy);
}

/** The state without what has come to be true of what was told. */
export function paidUp(state: User, userId: string): User {
  const { owed, ...others } = state;
  const left = owed?.filter(({ payout: id, json }) => {
    const payout = state.payouts[id] as Payout;
    return ![ownersView, operatorsView].some((view) =>
      isDeepStrictEqual(json, view(userId, payout)),
    );
  });
  return left && left.length > 0 ? { ...others, owed: left } : others;
}

/** Freezes or thaws the user. */
export function decide(
  before: User,
  action: Extract<Operation, { kind: 'freeze' | 'thaw' }>,
  context: Context,
): User[] {
  const { seen } = context.observation;
  const { account } = before;
  if (!account) return refused(before, context, 404, 'user_not_found');
  const [by, note] = [arn(action.operator), action.note];
  const name = action.kind === 'freeze' ? 'frozen' : 'thawed';
  const answers = (after: User, replayed: boolean): boolean =>
    !seen || isAnswer(seen, 200, { user_id: context.userId, ...after.account }, replayed);
  const isLike = (said: Said | undefined): said is Said => said?.by === by && said.note === note;
  if ((account.frozen ? 'frozen' : 'thawed') === name && isLike(account[name]))
    return answers(before, true) ? [before] : [];

  // What nobody was told of and the next decision has replaced may have been of any moment.
  const told = (seen?.json as User['account'])?.[name] ?? context.user.account?.[name];
  const moments = [isLike(told) && isWithin(told.at, context) && told.at, !seen && 'unknown'];
  const { frozen: _, ...thawed } = account;
  return moments
    .filter((at) => typeof at === 'string')
    .map((at) => ({
      ...before,
      account: { ...(name === 'frozen' ? account : thawed), [name]: { by, at, note } },
    }))
    .filter((after) => answers(after, false));
}

/** Whether this is what was refused, with everything that has to be said beside it. */
function says({ observation: { seen } }: Context, { status, tag, details }: Refusal): boolean {
  if (!seen || !isRefusal(seen, status, tag)) return false;
  const { error: _, message: __, request_id: ___, ...said } = seen.json as Record<string, unknown>;
  return isDeepStrictEqual(said, details ?? {});
}

/** Whether the budget of one of its days was said to have too little left for it. */
function isOverBudget({ amountMicro }: Payout, limitMicro: bigint, context: Context): boolean {
  const { seen } = context.observation;
  const { remaining_micro: left } = (seen?.json ?? {}) as { remaining_micro?: bigint };
  return daysOf(context).some(
    (day) =>
      left !== undefined &&
      left < amountMicro &&
      says(context, {
        ...{ status: 409, tag: 'outflow_budget_exceeded' },
        details: { limit_micro: limitMicro, remaining_micro: left, resets_at: endOf(day) },
      }),
  );
}

/** The days that it may have been by the instance's clock. */
function daysOf({ observation: { fromMs, toMs, skewMs } }: Context): string[] {
  return [...new Set([fromMs, toMs].map((epochMs) => dayOf(epochMs + skewMs)))];
}

/**
 * Nothing happens to a payout before what happened to it last, whatever an instance's clock says.
 */
export function isTime(at: string, { history }: Payout, context: Context): boolean {
  const { fromMs, skewMs } = context.observation;
  const last = history.at(-1)?.at ?? '';
  const isClamped = at === last && fromMs + skewMs < Date.parse(at);
  return at >= last && (isWithin(at, context) || isClamped);
}
