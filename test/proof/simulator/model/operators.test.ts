/** What the model allows of operators, and what it does not. */
import { describe, expect, test } from 'vitest';
import { explain } from './explain.ts';
import { APPROVAL_ABOVE_MICRO, BUDGETS_MICRO } from './limits.ts';
import {
  type Attempt,
  operatorsView,
  type Payout,
  type Said,
  type Step,
  type User,
} from './model.ts';
import { type Action, arn, type Observation, type Seen } from './observation.ts';
import { having, NOW, payout, rich, UNIT } from './sample-users.ts';

const USER = '11111111-1111-4111-8111-111111111111';
const AT = new Date(NOW).toISOString();
const ref = { user: 1, operation: 7 };

const json = (status: number, value: object, replayed = false): Seen => ({
  ...{ status, tag: (value as { error?: string }).error, text: '', json: value, replayed },
});
const observed = (action: Action, seen: Seen | undefined, id = 8): Observation => ({
  ...{ id, action, seen, fromMs: NOW - 1000, toMs: NOW + 1000, skewMs: 0 },
});
const refusal = (status: number, error: string, details = {}) =>
  json(status, { error, message: 'A sentence.', request_id: 'r', ...details });
const shown = (made: Payout, replayed = false) => json(200, operatorsView(USER, made), replayed);
const explains = (before: User, seen: Observation[], after: User): boolean =>
  explain(before, seen, { userId: USER, user: after }) !== undefined;
/** Whether the model takes this answer when nothing is written. */
const takes = (before: User, action: Action, seen: Seen): boolean =>
  explains(before, [observed(action, seen)], before);

const step = (status: Step['status'], operator: string, more: Partial<Step> = {}): Step => ({
  ...{ status, at: AT, by: arn(operator), ...more },
});
const requested = (more: Partial<Payout> = {}): Payout => ({
  ...{ ...payout('a', 20n * UNIT), madeBy: 7, ...more },
});
const by = (one: Payout, ...steps: Step[]): Payout => ({
  ...one,
  history: [...one.history, ...steps],
});
const claimed = by(requested(), step('processing', 'ann'));
const attempt = (id: string, more: Partial<Attempt> = {}): Attempt => ({
  ...{ id, kind: 'evm', sender: 's', nonce: 4n, hash: id },
  ...{ state: 'open', by: arn('ann'), recorded_at: AT, ...more },
});
const attempting = { ...claimed, attempts: [attempt('x')] };
const said = (operator: string): Said => ({ by: arn(operator), at: AT, note: 'odd' });

const claim = (operator: string): Action => ({ kind: 'claim', operator, payout: ref });
const failed = (operator = 'ann'): Action => ({
  ...{ kind: 'failed', operator, payout: ref, note: 'bounced', reason: 'other' },
});
const record = (id: string, nonce: number): Action => {
  const told = { id, kind: 'evm', sender: 's', nonce, hash: id } as const;
  return { kind: 'attempt', operator: 'ann', payout: ref, told };
};

describe('nothing goes back that may have left', () => {
  const end = step('failed', 'ann', { note: 'bounced', reason: 'other' });

  test('while an attempt lives', () => {
    const before = having(rich, attempting);
    const mayBeSent = refusal(409, 'payout_may_be_sent', { attempts: ['x'] });
    expect(takes(before, failed(), mayBeSent)).toBe(true);
    const given = by(attempting, end);
    expect(explains(before, [observed(failed(), shown(given))], having(rich, given))).toBe(false);
    expect(explains(before, [observed(failed(), undefined)], having(rich, given))).toBe(false);
  });

  test('and goes back when all are dead', () => {
    const death = { state: 'dead', death: said('bob') } as const;
    const dead = { ...claimed, attempts: [attempt('x', death)] };
    const { limit_day: _, ...given } = by(dead, end);
    const answer = observed(failed(), shown(given));
    expect(explains(having(rich, dead), [answer], having(rich, given))).toBe(true);
  });
});

describe('a second attempt', () => {
  const before = having(rich, attempting);

  test('is taken when no more than one of the two can land', () => {
    const after = { ...claimed, attempts: [attempt('x'), attempt('y')] };
    const answer = observed(record('y', 4), shown(after));
    expect(explains(before, [answer], having(rich, after))).toBe(true);
  });

  test('is refused beside a living one of another nonce', () => {
    const mayBeSent = refusal(409, 'payout_may_be_sent', { attempts: ['x'] });
    expect(takes(before, record('y', 5), mayBeSent)).toBe(true);
    const after = { ...claimed, attempts: [attempt('x'), attempt('y', { nonce: 5n })] };
    const answer = observed(record('y', 5), shown(after));
    expect(explains(before, [answer], having(rich, after))).toBe(false);
  });

  test('that is the first again is a repetition', () => {
    expect(takes(before, record('x', 4), shown(attempting, true))).toBe(true);
    expect(takes(before, record('x', 4), shown(attempting))).toBe(false);
  });
});

test('who claimed a payout says of no attempt that it is dead', () => {
  const before = having(rich, attempting);
  const review = (operator: string): Action => ({
    ...{ kind: 'review', operator, payout: ref, dead: ['x'], note: 'odd' },
  });
  const after = (operator: string): Payout => ({
    ...claimed,
    reviewed: said(operator),
    attempts: [attempt('x', { state: 'dead', death: said(operator) })],
  });
  const reviewed = (operator: string) =>
    explains(
      before,
      [observed(review(operator), shown(after(operator)))],
      having(rich, after(operator)),
    );
  expect(reviewed('bob')).toBe(true);
  expect(reviewed('ann')).toBe(false);
  expect(takes(before, review('ann'), refusal(403, 'approval_required'))).toBe(true);
});

describe('an approval', () => {
  const amountMicro = APPROVAL_ABOVE_MICRO + 1n;
  const large = requested({ amountMicro });
  const { address } = large;
  const approval = { by: arn('bob'), at: AT, amount_micro: amountMicro, address };
  const approved = { ...large, approval };
  const claims = (before: Payout, operator: string): boolean => {
    const after = by(before, step('processing', operator));
    const answer = observed(claim(operator), shown(after));
    return explains(having(rich, before), [answer], having(rich, after));
  };

  test('is needed above the limit, and another one’s', () => {
    expect(claims(large, 'ann')).toBe(false);
    expect(takes(having(rich, large), claim('ann'), refusal(403, 'approval_required'))).toBe(true);
    expect(claims(approved, 'ann')).toBe(true);
    expect(claims(approved, 'bob')).toBe(false);
    expect(takes(having(rich, approved), claim('bob'), refusal(403, 'approval_required'))).toBe(
      true,
    );
  });

  test('is of exactly this amount and address', () => {
    const approve = (amount: bigint): Action => ({
      ...{ kind: 'approve', operator: 'bob', payout: ref, amount: String(amount), address },
    });
    const answer = observed(approve(amountMicro), shown(approved));
    expect(explains(having(rich, large), [answer], having(rich, approved))).toBe(true);
    const other = refusal(400, 'invalid_args', { field: 'amount_micro' });
    expect(takes(having(rich, large), approve(amountMicro + 1n), other)).toBe(true);
  });
});

describe('a budget', () => {
  const small = requested({ network: 'solana' });
  const before = having(rich, small);
  const exceeded = (more: object) =>
    refusal(409, 'outflow_budget_exceeded', {
      ...{ limit_micro: BUDGETS_MICRO.solana, remaining_micro: 3n },
      ...{ resets_at: '2040-01-02T00:00:00.000Z', ...more },
    });

  test('may refuse what it has too little left for, until the day is over', () => {
    expect(takes(before, claim('ann'), exceeded({}))).toBe(true);
    expect(takes(before, claim('ann'), exceeded({ remaining_micro: small.amountMicro }))).toBe(
      false,
    );
    expect(takes(before, claim('ann'), exceeded({ limit_micro: 1n }))).toBe(false);
    expect(takes(before, claim('ann'), exceeded({ resets_at: AT }))).toBe(false);
  });

  test('is counted on the day of the claim', () => {
    const on = (budget_day: string) => ({
      ...by(small, step('processing', 'ann')),
      budget_day,
    });
    const claims = (after: Payout) =>
      explains(before, [observed(claim('ann'), shown(after))], having(rich, after));
    expect(claims(on('2040-01-01'))).toBe(true);
    expect(claims(on('2039-12-30'))).toBe(false);
    expect(claims(by(small, step('processing', 'ann')))).toBe(false);
  });

  test('refuses neither what another has approved nor what it does not limit', () => {
    const { amountMicro: amount_micro, address } = small;
    const approval = { by: arn('bob'), at: AT, amount_micro, address };
    expect(takes(having(rich, { ...small, approval }), claim('ann'), exceeded({}))).toBe(false);
    expect(takes(having(rich, requested()), claim('ann'), exceeded({}))).toBe(false);
  });
});

test('what leaves a frozen account is refused, and what was claimed goes on', () => {
  const freeze: Action = { kind: 'freeze', operator: 'ann', user: 1, note: 'odd' };
  const owner = { ...rich, account: {} };
  const frozen = { ...rich, account: { frozen: said('ann') } };
  const answer = json(200, { user_id: USER, frozen: said('ann') });
  expect(explains(owner, [observed(freeze, answer)], frozen)).toBe(true);
  expect(explains(rich, [observed(freeze, answer)], frozen)).toBe(false);
  const held = refusal(403, 'account_frozen');
  expect(takes(having(frozen, requested()), claim('ann'), held)).toBe(true);
  expect(takes(having(owner, requested()), claim('ann'), held)).toBe(false);
  const sent: Action = { kind: 'sent', operator: 'ann', payout: ref, hash: 'h' };
  const after = by(claimed, step('sent', 'ann', { tx_hash: 'h' }));
  const paid = observed(sent, shown(after));
  expect(explains(having(frozen, claimed), [paid], having(frozen, after))).toBe(true);
});

test('an answer may show what came after the change, if that came to be true', () => {
  const before = having(rich, requested());
  const late = observed(claim('ann'), shown(attempting), 8);
  const recorded = observed(record('x', 4), shown(attempting), 9);
  expect(explains(before, [late, recorded], having(rich, attempting))).toBe(true);
  expect(explains(before, [late], having(rich, claimed))).toBe(false);
});
