/** What must hold of a user's stored items alone, without asking how they came about. */

import { isDeepStrictEqual } from 'node:util';
import { isVerified } from '../chain/transactions.ts';
import { SKEW_MAX_MS } from '../history/skew.ts';
import type { StoredState } from '../stack/stored-state.ts';
import { APPROVAL_ABOVE_MICRO, BUDGETS_MICRO, USER_DAILY_LIMIT_MICRO } from './limits.ts';
import {
  type Attempt,
  balance,
  isDue,
  isOpen,
  type Payout,
  requestedOn,
  statusOf,
  type User,
} from './model.ts';

const MONEY = [
  'pending_micro',
  'available_micro',
  'reserved_micro',
  'paid_out_micro',
  'spent_micro',
  'lifetime_micro',
];

/**
 * What is wrong with the books as they are and against what they were, without asking how they came
 * about: the account is the sum of its items, nothing unlocks early, what a payout is never
 * changes, and an end is an end.
 */
export function inconsistencies(
  now: StoredState,
  before: StoredState | undefined,
  nowMs: number,
): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, rule: string) => holds || faults.push(rule);
  const { user, account, rewardStatus } = now;

  // A reward counts in the account as it is stored, which may be as pending after its time.
  const asStored: User = {
    ...user,
    rewards: Object.fromEntries(
      Object.entries(user.rewards).map(([id, reward]) => [
        id,
        {
          ...reward,
          unlocksAt: '9999-12-31T00:00:00.000Z',
          unlocked: rewardStatus[id] !== 'pending',
        },
      ]),
    ),
  };
  const sums: Record<string, bigint> = balance(asStored, nowMs);
  for (const part of MONEY) {
    const stored = (account?.[part] as bigint | undefined) ?? 0n;
    must(stored === sums[part], `account: ${part} is ${stored}, but its items say ${sums[part]}`);
  }
  const available = (account?.available_micro as bigint | undefined) ?? 0n;
  const reversed = Object.values(user.rewards).filter((reward) => reward.reversed);
  const reversedMicro = reversed.reduce((sum, { amountMicro = 0n }) => sum + amountMicro, 0n);
  must(
    available + reversedMicro >= 0n,
    `available is ${available}, which reversals of ${reversedMicro} do not explain`,
  );
  for (const [id, reward] of Object.entries(user.rewards))
    must(
      rewardStatus[id] !== 'available' || isDue(reward, nowMs + SKEW_MAX_MS),
      `reward ${id} unlocked before ${reward.unlocksAt}`,
    );

  for (const { id, history } of Object.values(user.payouts))
    must(
      history.every(({ at }, index) => at >= (history[index - 1]?.at ?? '')),
      `payout ${id}: a step is dated before the one that it follows`,
    );

  for (const payout of Object.values(user.payouts)) faults.push(...unsettled(payout));
  for (const day of new Set([...now.limits.keys(), ...daysOf(user), ...daysOf(before?.user)])) {
    const counted = now.limits.get(day) ?? 0n;
    const sum = requestedOn(user, day);
    must(counted === sum, `limit of ${day}: ${counted} is stored, but the payouts say ${sum}`);
    must(sum <= USER_DAILY_LIMIT_MICRO, `limit of ${day}: ${sum} were requested`);
  }

  for (const was of Object.values(before?.user.payouts ?? {})) {
    const is = user.payouts[was.id];
    if (!is) faults.push(`payout ${was.id} is gone`);
    else faults.push(...changesOf(was, is));
  }
  return faults;
}

/** On whose limits the payouts count. */
const daysOf = (user: User | undefined): string[] =>
  Object.values(user?.payouts ?? {}).flatMap(({ limit_day }) => limit_day ?? []);

function changesOf(was: Payout, is: Payout): string[] {
  const same = (['amountMicro', 'network', 'address'] as const).filter(
    (field) => was[field] !== is[field],
  );
  const kept = was.history.every(({ status, at, by }, index) => {
    const step = is.history[index];
    return step?.status === status && step.at === at && step.by === by;
  });
  const attempts = (was.attempts ?? []).flatMap((attempt, index) =>
    isNext(attempt, is.attempts?.[index])
      ? []
      : [`payout ${was.id}: attempt ${attempt.id} changed`],
  );
  const approved = was.approval && !isDeepStrictEqual(was.approval, is.approval);
  const ended = !isOpen(was) && is.history.length > was.history.length;
  return [
    ...same.map((field) => `payout ${was.id}: its ${field} changed`),
    ...attempts,
    ...(approved ? [`payout ${was.id}: its approval changed`] : []),
    ...(kept ? [] : [`payout ${was.id}: its history was rewritten`]),
    ...(ended ? [`payout ${was.id} went on after its end`] : []),
  ];
}

/**
 * An attempt stays what it is, but that one that was open may have landed or died, and that a payout
 * may be told to be sent by one for which somebody had vouched that it is dead.
 */
function isNext(was: Attempt, is: Attempt | undefined): boolean {
  if (is === undefined || was.state === 'landed') return isDeepStrictEqual(was, is);
  const { state, death, proof, found, ...content } = is;
  const { state: wasState, death: wasDeath, proof: wasProof, found: wasFound, ...before } = was;
  const keeps = (had: unknown, has: unknown) => had === undefined || isDeepStrictEqual(had, has);
  return (
    isDeepStrictEqual(before, content) &&
    (wasState === 'open' || state !== 'open') &&
    keeps(wasDeath, death) &&
    keeps(wasProof, proof) &&
    keeps(wasFound, found)
  );
}

/** What the rules of settlement do not allow a payout to be, however it came there. */
function unsettled(payout: Payout): string[] {
  const { id, network, amountMicro, approval, attempts = [], budget_day, limit_day } = payout;
  const requestedAt = payout.history[0]?.at;
  const status = statusOf(payout);
  const payer = payout.history.at(-1)?.by;
  const isTaken = status === 'processing' || status === 'sent';
  const isUnpaid = status === 'failed' || status === 'cancelled';
  const isAlive = attempts.some(({ state }) => state !== 'dead');
  // Where the chain is asked, what somebody says to have sent is a fact, whatever lives beside it.
  const rivals = attempts.filter(({ state }) => state === 'open' && !isVerified(network));
  return [
    ...(isTaken || !isAlive ? [] : [`payout ${id} is ${status} with a living attempt`]),
    ...(rivals.every((attempt) => isRivalOf(attempt, rivals[0]))
      ? []
      : [`payout ${id}: more than one of its attempts could land`]),
    ...(isTaken && approval?.by === payer ? [`payout ${id}: who approved it pays it`] : []),
    ...(isTaken && !approval && amountMicro > APPROVAL_ABOVE_MICRO
      ? [`payout ${id}: nobody has approved it`]
      : []),
    ...((isTaken && network in BUDGETS_MICRO) === (budget_day !== undefined)
      ? []
      : [`payout ${id}: ${status} and counted on ${budget_day}`]),
    ...(limit_day === undefined || (!isUnpaid && requestedAt?.startsWith(limit_day))
      ? []
      : [`payout ${id}: ${status}, requested at ${requestedAt} and counts on ${limit_day}`]),
  ];
}

/** Whether no more than one of the two can land, or they are one. */
const isRivalOf = (one: Attempt, other: Attempt | undefined): boolean =>
  one === other ||
  (one.nonce !== undefined &&
    one.nonce === other?.nonce &&
    one.sender === other.sender &&
    one.safe === other.safe);
