/** What must hold of a user's stored items alone, without asking how they came about. */

import { SKEW_MAX_MS } from '../history/skew.ts';
import type { StoredState } from '../stack/stored-state.ts';
import { balance, isDue, isOpen, type Payout, type User } from './model.ts';

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

  for (const was of Object.values(before?.user.payouts ?? {})) {
    const is = user.payouts[was.id];
    if (!is) faults.push(`payout ${was.id} is gone`);
    else faults.push(...changesOf(was, is));
  }
  return faults;
}

function changesOf(was: Payout, is: Payout): string[] {
  const same = (['amountMicro', 'network', 'address'] as const).filter(
    (field) => was[field] !== is[field],
  );
  const kept = was.history.every(({ status, at, by }, index) => {
    const step = is.history[index];
    return step?.status === status && step.at === at && step.by === by;
  });
  const ended = !isOpen(was) && is.history.length > was.history.length;
  return [
    ...same.map((field) => `payout ${was.id}: its ${field} changed`),
    ...(kept ? [] : [`payout ${was.id}: its history was rewritten`]),
    ...(ended ? [`payout ${was.id} went on after its end`] : []),
  ];
}
