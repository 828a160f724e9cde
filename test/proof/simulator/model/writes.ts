/** What may have become of a write: the model's rules that change a state. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Operation, PayoutRef } from '../history/steps.ts';
import {
  balance,
  type Invoice,
  isRepetition,
  mayFollow,
  operatorsView,
  ownersView,
  type Payout,
  type Step,
  type User,
} from './model.ts';
import { type Context, isRefusal, type Seen } from './observation.ts';

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

export const payoutOf = ({ payouts }: User, { operation }: PayoutRef): Payout | undefined =>
  Object.values(payouts).find(({ madeBy }) => madeBy === operation);

const refused = (
  before: User,
  { observation: { seen } }: Context,
  status: number,
  tag: string,
): User[] => (isRefusal(seen, status, tag) ? [before] : []);

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

export function requestPayout(before: User, action: PayoutOperation, context: Context): User[] {
  const { observation, clockMs, userId } = context;
  const { seen } = observation;
  const amountMicro = BigInt(action.amount);
  const asks = `${amountMicro} ${action.network} ${action.address}`;
  const name = action.key === undefined ? undefined : storedKey('payout', action.key);
  const repeated = name && byKey(before, name, asks, 202, context);
  if (repeated) return repeated;
  if (amountMicro > balance(before, clockMs).available_micro)
    return refused(before, context, 400, 'balance_insufficient');

  const isNew = (payout: Payout) =>
    !(payout.id in before.payouts) &&
    payout.amountMicro === amountMicro &&
    payout.network === action.network &&
    payout.address === action.address &&
    isWithin(payout.history[0]?.at, context);
  return Object.values(context.user.payouts)
    .filter(isNew)
    .map(
      (stored): Payout => ({
        ...stored,
        history: stored.history.slice(0, 1),
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

/** A step of a payout. The answer is read after it, and so may show the payout further on. */
export function transition(
  before: User,
  ref: PayoutRef,
  step: Omit<Step, 'at'>,
  context: Context,
): User[] {
  const { observation, userId } = context;
  const { seen, action } = observation;
  const payout = payoutOf(before, ref);
  const byOwner = step.by === 'user';
  const isStranger = 'user' in action && action.user !== ref.user;
  if (!payout || isStranger) return refused(before, context, 404, 'payout_not_found');

  const after = context.user.payouts[payout.id];
  const shows = (atLeast: number, replayed: boolean): boolean => {
    if (!seen) return true;
    const view = byOwner ? ownersView : operatorsView;
    return Array.from(
      { length: (after?.history.length ?? 0) + 1 - atLeast },
      (_, more) => atLeast + more,
    ).some((length) =>
      isAnswer(
        seen,
        200,
        view(userId, { ...payout, history: after?.history.slice(0, length) ?? [] }),
        replayed,
      ),
    );
  };
  if (isRepetition(payout, step)) return shows(payout.history.length, true) ? [before] : [];
  if (!mayFollow(payout, step.status, byOwner))
    return refused(before, context, 409, 'payout_not_actionable');

  const taken = after?.history[payout.history.length];
  const { at, ...content } = taken ?? { at: '' };
  // Nothing happens to a payout before what happened to it last, whatever an instance's clock says.
  const last = payout.history.at(-1)?.at ?? '';
  const isTime = at >= last && (isWithin(at, context) || (at === last && isBefore(context, at)));
  if (!taken || !isDeepStrictEqual(content, step) || !isTime) return [];
  const moved = { ...payout, history: [...payout.history, taken] };
  return shows(moved.history.length, false)
    ? [{ ...before, payouts: { ...before.payouts, [payout.id]: moved } }]
    : [];
}

/** Whether it may have been this time by the instance's clock. */
const isWithin = (at: string | undefined, context: Context): boolean => {
  const { fromMs, toMs, skewMs } = context.observation;
  return at !== undefined && Date.parse(at) >= fromMs + skewMs && Date.parse(at) <= toMs + skewMs;
};

const isBefore = ({ observation: { fromMs, skewMs } }: Context, at: string): boolean =>
  fromMs + skewMs < Date.parse(at);

const isAnswer = (seen: Seen, status: number, json: unknown, replayed = false): boolean =>
  seen.status === status && seen.replayed === replayed && isDeepStrictEqual(seen.json, json);
