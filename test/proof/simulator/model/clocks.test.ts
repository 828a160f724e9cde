/** What the model allows where instances' clocks differ, and what it does not. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { explain } from './explain.ts';
import { dayOf } from './limits.ts';
import { balance, newUser, operatorsView, ownersView, type Payout, type User } from './model.ts';
import type { Action, Observation, Seen } from './observation.ts';
import { having, NOW, payout, reward, rich, UNIT } from './sample-users.ts';
import { inconsistencies } from './soundness.ts';
import { movesBeside, withUnlocked } from './unlocking.ts';

const USER = '11111111-1111-4111-8111-111111111111';
const MINUTE = 60_000;
/** A record's lifetime is counted from the request, a quarter of an hour before any response. */
const KEPT = (24 * 60 + 15) * MINUTE;

const seenAs = (status: number, json: object): Seen => ({
  status,
  text: JSON.stringify(json, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  json,
  replayed: false,
});
const observed = (action: Action, seen: Seen, skewMs: number, id = 1): Observation => ({
  id,
  action,
  seen,
  fromMs: NOW - 1000,
  toMs: NOW + 1000,
  skewMs,
});
const NOTHING = { account: undefined, limits: new Map<string, bigint>() };
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();
const explains = (before: User, observations: Observation[], user: User): boolean =>
  explain(before, observations, { userId: USER, user }) !== undefined;

describe('a reward', () => {
  const before: User = { ...newUser(), rewards: { r: reward(30n * UNIT, at(2 * MINUTE)) } };
  const me: Action = { kind: 'me', user: 1 };
  const looked = (skewMs: number, shownAt: number) =>
    observed(me, seenAs(200, { balance: balance(before, shownAt) }), skewMs);

  test('unlocks by the clock of the instance', () => {
    expect(explains(before, [looked(3 * MINUTE, NOW + 3 * MINUTE)], before)).toBe(true);
    expect(explains(before, [looked(0, NOW + 3 * MINUTE)], before)).toBe(false);
    expect(explains(before, [looked(3 * MINUTE, NOW)], before)).toBe(false);
  });

  test('that was moved counts for a clock too that is behind', () => {
    const stored = { ...NOTHING, user: before, rewardStatus: { r: 'available' } };
    const behind = looked(-3 * MINUTE, NOW + 3 * MINUTE);
    const moves = movesBeside([behind], before, stored, 1);
    expect(moves).toHaveLength(1);
    expect(explains(before, [behind], before)).toBe(false);
    expect(explains(before, [behind, ...moves], before)).toBe(true);
    const after = withUnlocked(before, stored);
    expect(movesBeside([behind], after, stored, 1)).toEqual([]);
    expect(explains(after, [behind], after)).toBe(true);
    expect(explains(after, [looked(-3 * MINUTE, NOW)], after)).toBe(false);
  });

  test('that is reversed may have been moved before, if any clock had come so far', () => {
    const user = { ...before, rewards: { r: { ...before.rewards.r, reversed: true } } } as User;
    const stored = { ...NOTHING, user, rewardStatus: { r: 'reversed' } };
    const ahead = looked(3 * MINUTE, NOW + 3 * MINUTE);
    expect(movesBeside([looked(0, NOW), ahead], before, stored, 1)).toHaveLength(1);
    expect(movesBeside([looked(0, NOW)], before, stored, 1)).toEqual([]);
    expect(movesBeside([looked(0, NOW), ahead], user, stored, 1)).toEqual([]);
  });
});

test('a step is dated by the instance, and never before the one that it follows', () => {
  const before = having(rich, { ...payout('a', 20n * UNIT), madeBy: 7 });
  const made = before.payouts.a as Payout;
  const claim = (claimedAt: string, skewMs: number) => {
    const by = 'arn:aws:iam::000000000000:user/ann';
    const claimed: Payout = {
      ...made,
      history: [...made.history, { status: 'processing', at: claimedAt, by }],
    };
    const action: Action = { kind: 'claim', operator: 'ann', payout: { user: 1, operation: 7 } };
    const seen = seenAs(200, operatorsView(USER, claimed));
    return explains(before, [observed(action, seen, skewMs)], having(before, claimed));
  };
  expect(claim(at(2 * MINUTE), 2 * MINUTE)).toBe(true);
  expect(claim(at(0), -2 * MINUTE)).toBe(true);
  expect(claim(at(-2 * MINUTE), -2 * MINUTE)).toBe(false);
  expect(claim(at(0), 2 * MINUTE)).toBe(false);

  const early = having(rich, {
    ...made,
    history: [...made.history, { status: 'processing', at: at(-1), by: 'ann' }],
  });
  const account = {
    available_micro: 10n * UNIT,
    reserved_micro: 20n * UNIT,
    lifetime_micro: 30n * UNIT,
  };
  expect(
    inconsistencies(
      {
        ...{ user: early, account, rewardStatus: { r: 'available' } },
        limits: new Map([[dayOf(NOW), 20n * UNIT]]),
      },
      undefined,
      NOW,
    ),
  ).toEqual(['payout a: a step is dated before the one that it follows']);
});

test('a key is kept for 24 hours by the right clock, whatever the instance’s says', () => {
  const made = payout('a', 20n * UNIT);
  const name = `payout#${createHash('sha256').update('k').digest('hex')}`;
  const { network, address } = made;
  const action: Action = {
    kind: 'payout',
    user: 1,
    amount: String(20n * UNIT),
    network,
    address,
    key: 'k',
  };
  const kept = (keptMs: number, skewMs: number) => {
    const dated = {
      ...made,
      limit_day: dayOf(NOW + skewMs),
      history: [{ status: 'requested' as const, at: at(skewMs), by: 'user' }],
    };
    const seen = seenAs(202, ownersView(USER, dated));
    const keys = { [name]: { answer: seen.text, expiresAtMs: NOW + keptMs } };
    return explains(rich, [observed(action, seen, skewMs)], { ...having(rich, dated), keys });
  };
  expect(kept(KEPT, 0)).toBe(true);
  expect(kept(KEPT, -3 * MINUTE)).toBe(true);
  expect(kept(KEPT - 3 * MINUTE, -3 * MINUTE)).toBe(false);
  expect(kept(KEPT + 3 * MINUTE, 3 * MINUTE)).toBe(false);
});

describe('a refusal under a key', () => {
  const before: User = { ...newUser(), rewards: { r: reward(30n * UNIT, at(-MINUTE)) } };
  const { network, address } = payout('a', 20n * UNIT);
  const ask = (skewMs: number, fromMs: number, given: Partial<Action> = {}): Observation => {
    const amount = String(20n * UNIT);
    const action = { kind: 'payout', user: 1, amount, network, address, key: 'k', ...given };
    const seen = { ...seenAs(400, {}), tag: 'balance_insufficient' };
    return { ...observed(action as Action, seen, skewMs, fromMs), fromMs: NOW + fromMs };
  };
  const first = ask(0, -1000);

  test('that a repetition got by a clock that is behind is final for what came before it', () => {
    expect(explains(before, [first], before)).toBe(false);
    expect(explains(before, [first, ask(-3 * MINUTE, -500)], before)).toBe(true);
    const withoutAnswer = { ...ask(-3 * MINUTE, -500), seen: undefined };
    expect(explains(before, [first, withoutAnswer], before)).toBe(true);
  });

  test('is not final for what came after it, nor for another request or another key', () => {
    expect(explains(before, [first, ask(-3 * MINUTE, -1500)], before)).toBe(false);
    for (const other of [{ key: 'other' }, { amount: String(21n * UNIT) }] as Partial<Action>[])
      expect(explains(before, [first, ask(-3 * MINUTE, -500, other)], before)).toBe(false);
    const { key: _none, ...unkeyed } = first.action as Extract<Action, { kind: 'payout' }>;
    const twins = [first, ask(-3 * MINUTE, -500)].map((each) => ({ ...each, action: unkeyed }));
    expect(explains(before, twins, before)).toBe(false);
  });
});
