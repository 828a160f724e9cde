/** What the model allows of the operators' side of a payout: pure rules, in words of their own. */
import { isDeepStrictEqual } from 'node:util';
import { APPROVAL_ABOVE_MICRO, BUDGETS_MICRO } from './limits.ts';
import {
  type Attempt,
  isRepetition,
  mayFollow,
  type Payout,
  type Step,
  statusOf,
  type Told,
  type User,
} from './model.ts';

export const ATTEMPTS_MAX = 20;
const OWNER = 'user';

export type Refusal = { status: number; tag: string; details?: object };

/** What must be answered, and what must become of the payout at the moment `at`. */
export type Ruling =
  | 'repeated'
  | Refusal
  | {
      /** On one of these days, where it counts on a budget. */
      becomes: (at: string, days: readonly string[]) => Payout[];
      /** What the budget may say instead, which is everybody's and not to be known here. */
      limitMicro?: bigint | undefined;
      /** What is answered although it changes something. */
      answers?: Refusal;
      /** In the place of the rule's own. */
      atIn?: Rule['atIn'];
    };

/** A rule, and the moment that is stored of what it made, if that is stored as it must be. */
export type Rule = {
  by: string;
  /** Several where it is a matter of what the providers of a chain have said. */
  of: (payout: Payout, user: User) => Ruling | Ruling[];
  atIn: (stored: Payout, payout: Payout) => string | undefined;
};

export const living = ({ attempts = [] }: Payout): Attempt[] =>
  attempts.filter(({ state, found }) => state !== 'dead' || found?.startsWith('paid_although_'));

/** Whoever claimed it last; undefined when nobody has. */
export const claimantOf = ({ history }: Payout): string | undefined =>
  history.findLast(({ status }) => status === 'processing')?.by;

export function notActionable(payout: Payout, by: string): Refusal {
  const last = payout.history.at(-1);
  const held = by !== OWNER && { by: last?.by, since: last?.at };
  const details = { status: statusOf(payout), ...held };
  return { status: 409, tag: 'payout_not_actionable', details };
}

const mayBeSent = (attempts: Attempt[]): Refusal => ({
  ...{ status: 409, tag: 'payout_may_be_sent' },
  details: { attempts: attempts.map(({ id }) => id) },
});

const invalid = (field: string): Refusal => ({
  ...{ status: 400, tag: 'invalid_args', details: { field } },
});

const APPROVAL_REQUIRED: Refusal = { status: 403, tag: 'approval_required' };
export const FROZEN: Refusal = { status: 403, tag: 'account_frozen' };

/** A step of a payout: whoever takes it, pays it, gives it up or gives it back. */
export const transitionRule = (step: Omit<Step, 'at'>) => ({
  by: step.by,
  of(payout: Payout, user: User): Ruling {
    const { status, by } = step;
    if (isRepetition(payout, step)) return 'repeated';
    if (!mayFollow(payout, status, by === OWNER)) return notActionable(payout, by);
    const pays = status === 'processing' || status === 'sent';
    if (status !== 'sent' && (living(payout).length > 0 || payout.review))
      return by === OWNER ? notActionable(payout, by) : mayBeSent(living(payout));

    const { budget_day, limit_day, ...others } = payout;
    const endsUnpaid = status === 'failed' || status === 'cancelled';
    const isTaken = pays && statusOf(payout) === 'requested';
    const needsApproval = isTaken && payout.amountMicro > APPROVAL_ABOVE_MICRO;
    const hasVouched = payout.attempts?.some(({ death }) => death?.by === by);
    if (pays && (hasVouched || (payout.approval ? payout.approval.by === by : needsApproval)))
      return APPROVAL_REQUIRED;
    if (isTaken && user.account?.frozen) return FROZEN;
    const limitMicro = isTaken ? BUDGETS_MICRO[payout.network] : undefined;
    const counts = (days: readonly string[]) => (limitMicro === undefined ? [budget_day] : days);
    const attempts = payout.attempts?.map((attempt) =>
      status === 'sent' && attempt.id === step.tx_hash
        ? { ...attempt, state: 'landed' as const }
        : attempt,
    );
    return {
      becomes: (at, days) =>
        counts(days).map((day) => ({
          ...others,
          ...(attempts && { attempts }),
          ...(pays && day !== undefined && { budget_day: day }),
          ...(!endsUnpaid && limit_day !== undefined && { limit_day }),
          history: [...payout.history, { at, ...step }],
        })),
      // What another one has approved passes, and counts all the same.
      limitMicro: payout.approval ? undefined : limitMicro,
    };
  },
  atIn(stored: Payout, { history }: Payout): string | undefined {
    const { at, ...content } = stored.history[history.length] ?? {};
    return isDeepStrictEqual(content, step) ? at : undefined;
  },
});

export const approvalRule = (by: string, amountMicro: bigint, address: string): Rule => ({
  by,
  of(payout) {
    if (amountMicro !== payout.amountMicro) return invalid('amount_micro');
    if (address !== payout.address) return invalid('address');
    if (payout.approval?.by === by) return 'repeated';
    if (payout.approval || statusOf(payout) !== 'requested') return notActionable(payout, by);
    const approval = { by, amount_micro: amountMicro, address };
    return { becomes: (at) => [{ ...payout, approval: { ...approval, at } }] };
  },
  atIn: ({ approval }) => (approval?.by === by ? approval.at : undefined),
});

const kindsOn = (network: string): Attempt['kind'][] =>
  (({ solana: ['solana'], ethereum: ['evm', 'safe'], polygon: ['evm', 'safe'] }) as const)[
    network as 'solana'
  ]?.slice() ?? [];

/** No more than one of the two can land. */
const excludes = (one: Told, other: Told): boolean =>
  one.kind !== 'solana' &&
  one.kind === other.kind &&
  one.nonce === other.nonce &&
  one.sender === other.sender &&
  one.safe === other.safe;

/** What is dead, or of a payout that ended by another transaction, nobody must send again. */
const mayPay = (payout: Payout, { state, found }: Attempt): boolean =>
  statusOf(payout) === 'processing' ? state !== 'dead' && !found : state === 'landed';

/** What was told of it, whatever has become of it since. */
const contentOf = (attempt: Attempt) => {
  const { state: _, recorded_at: __, death: ___, proof: ____, found: _____, ...content } = attempt;
  return content;
};

export const attemptRule = (by: string, told: Told): Rule => ({
  by,
  of(payout) {
    if (!kindsOn(payout.network).includes(told.kind)) return invalid('kind');
    const { attempts = [] } = payout;
    const known = attempts.find(({ id }) => id === told.id);
    if (known)
      return isDeepStrictEqual(contentOf(known), { ...told, by }) && mayPay(payout, known)
        ? 'repeated'
        : notActionable(payout, by);
    const isHis = statusOf(payout) === 'processing' && claimantOf(payout) === by;
    if (!isHis || attempts.length >= ATTEMPTS_MAX) return notActionable(payout, by);
    const rivals = living(payout).filter((other) => !excludes(told, other));
    if (rivals.length > 0 || payout.review) return mayBeSent(rivals);
    const attempt = { ...told, state: 'open' as const, by };
    return {
      becomes: (at) => [{ ...payout, attempts: [...attempts, { ...attempt, recorded_at: at }] }],
    };
  },
  atIn(stored, { attempts = [] }) {
    const added = stored.attempts?.[attempts.length];
    return added && isDeepStrictEqual(contentOf(added), { ...told, by })
      ? added.recorded_at
      : undefined;
  },
});

export const reviewRule = (by: string, dead: readonly string[], note: string): Rule => ({
  by,
  of(payout) {
    const { attempts = [] } = payout;
    const named = dead.map((id) => attempts.find((attempt) => attempt.id === id));
    if (named.includes(undefined)) return invalid('dead');
    const dying = named.filter((attempt) => attempt?.state !== 'dead');
    if (!payout.review && dying.length === 0)
      return payout.reviewed?.by === by && payout.reviewed.note === note
        ? 'repeated'
        : notActionable(payout, by);
    const isOver = statusOf(payout) !== 'processing';
    if (dying.some((attempt) => isOver || attempt?.state === 'landed'))
      return notActionable(payout, by);
    if (claimantOf(payout) === by || named.some((attempt) => attempt?.by === by))
      return APPROVAL_REQUIRED;
    const { review: _, ...others } = payout;
    return {
      becomes: (at) => [
        {
          ...others,
          reviewed: { by, at, note },
          ...(payout.attempts && {
            attempts: attempts.map((attempt) =>
              dying.includes(attempt)
                ? { ...attempt, state: 'dead' as const, death: { by, at, note } }
                : attempt,
            ),
          }),
        },
      ],
    };
  },
  atIn({ attempts = [], reviewed }, payout) {
    if (reviewed?.by === by && reviewed.note === note) return reviewed.at;
    const dies = living(payout).find(({ id }) => dead.includes(id));
    const death = attempts.find(({ id }) => id === dies?.id)?.death;
    return death?.by === by && death.note === note ? death.at : undefined;
  },
});
