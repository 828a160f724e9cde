/** What may have become of a write: the model's rules that change a state. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../history/steps.ts';
import { dayOf, endOf, USER_DAILY_LIMIT_MICRO } from './limits.ts';
import { balance, type Invoice, ownersView, type Payout, requestedOn, type User } from './model.ts';
import { type Context, isAnswer, isWithin, refused } from './observation.ts';
import { FROZEN } from './settlement.ts';

type PayoutOperation = Extract<Operation, { kind: 'payout' }>;
type SpendOperation = Extract<Operation, { kind: 'spend' }>;

const HOUR_MS = 60 * 60 * 1000;
/** A key lives no shorter, and no more than an hour longer. */
const KEY_KEPT_MS = 24 * HOUR_MS + HOUR_MS / 4;

/** The name under which a key is stored; nothing else of the service's insides is known here. */
const storedKey = (operation: 'payout' | 'spend', key: string): string =>
  `${operation}#${createHash('sha256').update(key).digest('hex')}`;

/** What stands under the key of an operation. */
export const keyOf = ({ keys }: User, operation: Operation): User['keys'][string] | undefined =>
  (operation.kind === 'payout' || operation.kind === 'spend') && operation.key !== undefined
    ? keys[storedKey(operation.kind, operation.key)]
    : undefined;

/** What a key that was used before answers; undefined where it leaves the request to the data. */
function byKey(
  before: User,
  name: string,
  asks: string,
  status: number,
  context: Context,
): User[] | undefined {
  const key = before.keys[name];
  if (!key || key.expiresAtMs <= context.nowMs) return undefined;
  if (key.asks !== asks) return refused(before, context, 422, 'idempotency_key_reused');
  const { seen } = context.observation;
  return seen?.status === status && seen.replayed && seen.text === key.answer ? [before] : [];
}

/**
 * The state with this key used, if it is stored with this answer, until a day later at least. That
 * of a write which arrived late may have expired by the time of the reading, and is gone then.
 */
function withKey(
  before: User,
  name: string,
  asks: string,
  isAnswer: (answer: string) => boolean,
  { user, observation, readMs = observation.toMs }: Context,
): User[] {
  const stored = user.keys[name];
  const { fromMs, toMs } = observation;
  const keptMs = (stored?.expiresAtMs ?? 0) - KEY_KEPT_MS;
  // Not a moment less, and no more than the second that DynamoDB counts in.
  if (stored && isAnswer(stored.answer) && keptMs >= fromMs && keptMs < toMs + 1000)
    return [{ ...before, keys: { ...before.keys, [name]: { ...stored, asks } } }];
  return fromMs + KEY_KEPT_MS <= readMs ? [before] : [];
}

/** A version that knows nothing of daily limits is not bound by them. */
export function requestPayout(
  before: User,
  action: PayoutOperation,
  context: Context,
  isLimited = true,
): User[] {
  const { observation, clockMs, userId } = context;
  const { seen } = observation;
  const amountMicro = BigInt(action.amount);
  const asks = `${amountMicro} ${action.network} ${action.address}`;
  const name = action.key === undefined ? undefined : storedKey('payout', action.key);
  const repeated = name && byKey(before, name, asks, 202, context);
  if (repeated) return repeated;
  const day = dayOf(clockMs);
  const limit = dailyLimit(before, clockMs);
  if (isLimited && amountMicro > limit.remaining_micro) {
    const { error: _, message: __, request_id: ___, ...details } = (seen?.json ?? {}) as Said;
    const saysAll = isDeepStrictEqual(details, limit);
    return saysAll ? refused(before, context, 400, 'payout_limit_exceeded') : [];
  }
  if (before.account?.frozen) return refused(before, context, FROZEN.status, FROZEN.tag);
  if (amountMicro > balance(before, clockMs).available_micro)
    return refused(before, context, 400, 'balance_insufficient');

  const isNew = (payout: Payout) =>
    !(payout.id in before.payouts) &&
    payout.amountMicro === amountMicro &&
    payout.network === action.network &&
    payout.address === action.address &&
    (!isLimited || payout.history[0]?.at.startsWith(day) === true) &&
    isWithin(payout.history[0]?.at, context);
  return Object.values(context.user.payouts)
    .filter(isNew)
    .map(
      ({ id, network, address, history: [first] }): Payout => ({
        ...{ id, amountMicro, network, address },
        ...(isLimited && { limit_day: day }),
        history: first ? [{ status: first.status, at: first.at, by: first.by }] : [],
        madeBy: observation.id,
      }),
    )
    .filter((payout) => !seen || isAnswer(seen, 202, ownersView(userId, payout)))
    .flatMap((payout) => {
      const after = { ...before, payouts: { ...before.payouts, [payout.id]: payout } };
      if (name === undefined) return [after];
      const isAnswer = (answer: string) =>
        answer.includes(payout.id) && (!seen || seen.text === answer);
      return withKey(after, name, asks, isAnswer, context);
    });
}

type Said = Record<'error' | 'message' | 'request_id', unknown>;

/** What is left of the user's limit of the day that it is by this clock. */
export function dailyLimit(user: User, clockMs: number) {
  const day = dayOf(clockMs);
  const left = USER_DAILY_LIMIT_MICRO - requestedOn(user, day);
  return {
    limit_micro: USER_DAILY_LIMIT_MICRO,
    remaining_micro: left < 0n ? 0n : left,
    resets_at: endOf(day),
  };
}

export function spend(before: User, action: SpendOperation, context: Context): User[] {
  const { seen } = context.observation;
  const amountMicro = BigInt(action.amount);
  const asks = `${action.invoice} ${amountMicro}`;
  const name = action.key === undefined ? undefined : storedKey('spend', action.key);
  const repeated = name && byKey(before, name, asks, 200, context);
  if (repeated) return repeated;
  const invoice = before.invoices[action.invoice];
  if (invoice?.status !== 'open') return refused(before, context, 404, 'invoice_not_eligible');
  if (invoice.totalMicro !== amountMicro) return refused(before, context, 400, 'amount_mismatch');
  if (before.account?.frozen) return refused(before, context, FROZEN.status, FROZEN.tag);
  if (amountMicro > balance(before, context.clockMs).available_micro)
    return refused(before, context, 400, 'balance_insufficient');

  const answer = '{"ok":true}';
  if (seen && !(seen.status === 200 && !seen.replayed && seen.text === answer)) return [];
  const covered: Invoice = { ...invoice, status: 'covered' };
  const after = { ...before, invoices: { ...before.invoices, [action.invoice]: covered } };
  return name === undefined
    ? [after]
    : withKey(after, name, asks, (kept) => kept === answer, context);
}
