/** The reference model and the search for an order: what they allow, and what they do not. */
import { describe, expect, test } from 'vitest';
import { explain } from './explain.ts';
import { balance, newUser, operatorsView, ownersView, type Payout, type User } from './model.ts';
import type { Action, Observation, Seen } from './observation.ts';
import { having, NOW, payout, reward, rich, UNIT } from './sample-users.ts';

const USER = '11111111-1111-4111-8111-111111111111';

const json = (status: number, value: object, more: Partial<Seen> = {}): Seen => ({
  status,
  tag: (value as { error?: string }).error,
  text: '',
  json: value,
  replayed: false,
  ...more,
});
const observed = (id: number, action: Action, seen: Seen | undefined): Observation => ({
  id,
  action,
  seen,
  fromMs: NOW - 1000,
  toMs: NOW + 1000,
  skewMs: 0,
});
const ask = (amount: bigint): Action => ({
  kind: 'payout',
  user: 1,
  amount: String(amount),
  network: 'polygon',
  address: '0xde709f2102306220921060314715629080e2fb77',
});
const accepted = (made: Payout): Seen => json(202, ownersView(USER, made));
const tooMuch = json(400, { error: 'balance_insufficient' });
const explains = (before: User, observations: Observation[], user: User): boolean =>
  explain(before, observations, { userId: USER, user }) !== undefined;

test('a balance is what was earned, less what it went to', () => {
  const user: User = {
    payouts: {
      a: payout('a', 5n, 'processing'),
      b: payout('b', 7n, 'sent'),
      c: payout('c', 11n, 'cancelled'),
    },
    rewards: {
      r: reward(100n),
      s: reward(20n, '2041-01-01T00:00:00.000Z'),
      t: { ...reward(50n), reversed: true },
    },
    invoices: { i: { status: 'covered', totalMicro: 13n }, j: { status: 'open', totalMicro: 17n } },
    keys: {},
  };
  expect(balance(user, NOW)).toEqual({
    pending_micro: 20n,
    available_micro: 75n,
    reserved_micro: 5n,
    paid_out_micro: 7n,
    spent_micro: 13n,
    lifetime_micro: 120n,
  });
});

describe('an explanation', () => {
  const [a, b] = [payout('a', 20n * UNIT), payout('b', 20n * UNIT)];

  test('exists for one payout of two that do not both fit, whichever came first', () => {
    expect(
      explains(
        rich,
        [observed(1, ask(20n * UNIT), accepted(a)), observed(2, ask(20n * UNIT), tooMuch)],
        having(rich, a),
      ),
    ).toBe(true);
    expect(
      explains(
        rich,
        [observed(1, ask(20n * UNIT), tooMuch), observed(2, ask(20n * UNIT), accepted(a))],
        having(rich, a),
      ),
    ).toBe(true);
  });

  test('does not exist for two payouts that do not both fit', () => {
    const both = [
      observed(1, ask(20n * UNIT), accepted(a)),
      observed(2, ask(20n * UNIT), accepted(b)),
    ];
    expect(explains(rich, both, having(rich, a, b))).toBe(false);
  });

  test('does not exist for a refusal while the money was there', () => {
    expect(explains(rich, [observed(1, ask(20n * UNIT), tooMuch)], rich)).toBe(false);
  });

  test('does not exist for a payout that was accepted and is not stored, or refused and is', () => {
    expect(explains(rich, [observed(1, ask(20n * UNIT), accepted(a))], rich)).toBe(false);
    expect(explains(rich, [observed(1, ask(40n * UNIT), tooMuch)], having(rich, a))).toBe(false);
  });

  test('lets an unknown one have taken place or not, but not twice', () => {
    const unknown = [observed(1, ask(10n * UNIT), undefined)];
    const [one, other] = [payout('a', 10n * UNIT), payout('b', 10n * UNIT)];
    expect(explains(rich, unknown, rich)).toBe(true);
    expect(explains(rich, unknown, having(rich, one))).toBe(true);
    expect(explains(rich, unknown, having(rich, one, other))).toBe(false);
  });

  test('wants the very first answer from a repeated key', () => {
    const keyed = { ...ask(10n * UNIT), key: 'k' } as Action;
    const again = json(202, ownersView(USER, payout('other', 10n * UNIT)), {
      replayed: true,
      text: 'another',
    });
    expect(explains(rich, [observed(1, keyed, again)], rich)).toBe(false);
  });

  test('knows that the key of a payout which came a day late has expired with it', () => {
    const DAY_MS = 24 * 60 * 60 * 1000;
    const asked = observed(1, { ...ask(20n * UNIT), key: 'k' } as Action, undefined);
    const explained = (readMs: number) =>
      explain(rich, [{ ...asked, toMs: readMs }], { userId: USER, user: having(rich, a), readMs });
    expect(explained(NOW + DAY_MS)).toBeUndefined();
    expect(explained(NOW + DAY_MS + DAY_MS / 24)).toBeDefined();
  });

  test('does not exist for a step after the end of a payout', () => {
    const before = having(rich, { ...payout('a', UNIT, 'sent'), madeBy: 7 });
    const cancel: Action = { kind: 'cancel', user: 1, payout: { user: 1, operation: 7 } };
    const refused = json(409, { error: 'payout_not_actionable', status: 'sent' });
    expect(explains(before, [observed(8, cancel, refused)], before)).toBe(true);
    expect(explains(before, [observed(8, cancel, json(200, {}))], before)).toBe(false);
    expect(
      explains(
        before,
        [observed(8, cancel, undefined)],
        having(before, payout('a', UNIT, 'sent', 'cancelled')),
      ),
    ).toBe(false);
  });

  test('lets one of two workers under one name win, and tells the other so', () => {
    const before = having(rich, { ...payout('a', UNIT), madeBy: 7 });
    const by = 'arn:aws:iam::000000000000:user/ann';
    const claimed = payout('a', UNIT, 'processing');
    claimed.history[1] = { status: 'processing', at: claimed.history[0]?.at ?? '', by };
    const claim: Action = { kind: 'claim', operator: 'ann', payout: { user: 1, operation: 7 } };
    const told = (id: number, replayed: boolean) =>
      observed(id, claim, json(200, operatorsView(USER, claimed), { replayed }));
    const after = having(rich, claimed);
    expect(explains(before, [told(8, false), told(9, true)], after)).toBe(true);
    expect(explains(before, [told(8, true), told(9, false)], after)).toBe(true);
    expect(explains(before, [told(8, false), told(9, false)], after)).toBe(false);
    expect(explains(before, [told(8, true), told(9, true)], after)).toBe(false);
  });

  test('lets a page have what comes behind the one before, and no other row', () => {
    const before = having(rich, payout('a', UNIT), payout('b', UNIT), payout('c', UNIT));
    const list: Action = { kind: 'list', user: 1, limit: 1, after: 'c' };
    const page = (id: string, next_cursor?: string) =>
      json(200, { items: [ownersView(USER, payout(id, UNIT))], next_cursor });
    expect(explains(before, [observed(8, list, page('b', 'more'))], before)).toBe(true);
    expect(explains(before, [observed(8, list, page('b'))], before)).toBe(false);
    expect(explains(before, [observed(8, list, page('a'))], before)).toBe(false);
    expect(explains(before, [observed(8, list, page('c', 'more'))], before)).toBe(false);
  });

  test('does not let anybody see another’s payout', () => {
    const before = having(rich, { ...payout('a', UNIT), madeBy: 7 });
    const get: Action = { kind: 'get', user: 2, payout: { user: 1, operation: 7 } };
    expect(
      explains(before, [observed(8, get, json(404, { error: 'payout_not_found' }))], before),
    ).toBe(true);
    expect(
      explains(before, [observed(8, get, json(200, ownersView(USER, payout('a', UNIT))))], before),
    ).toBe(false);
  });

  test('counts a reward from the moment at which it unlocks, not before', () => {
    const later: User = {
      ...newUser(),
      rewards: { r: reward(30n * UNIT, '2040-01-01T00:00:00.400Z') },
    };
    const me: Action = { kind: 'me', user: 1 };
    const shown = (nowMs: number) => json(200, { balance: balance(later, nowMs) });
    const at = (fromMs: number, toMs: number, seen: Seen): Observation => ({
      ...observed(1, me, seen),
      fromMs,
      toMs,
    });
    expect(explains(later, [at(NOW, NOW + 5, shown(NOW))], later)).toBe(true);
    expect(explains(later, [at(NOW, NOW + 5, shown(NOW - 200))], later)).toBe(false);
    expect(explains(later, [at(NOW - 200, NOW - 150, shown(NOW))], later)).toBe(false);
    expect(explains(later, [at(NOW - 200, NOW, shown(NOW))], later)).toBe(true);
  });
});
