/** What the model lets become of a payout when its chain was looked at. */
import { describe, expect, test } from 'vitest';
import { isWatched, lastsLong, look } from './looks.ts';
import type { Attempt, Payout, User } from './model.ts';
import type { Action, Context, Observation } from './observation.ts';
import { having, NOW, payout, rich, UNIT } from './sample-users.ts';

const AT = new Date(NOW).toISOString();
const HASH = `0x${'ab'.repeat(32)}`;
const ref = { user: 1, operation: 7 };
const open: Attempt = {
  ...{ id: HASH, kind: 'evm', sender: '0x11', nonce: 0n, hash: HASH },
  ...{ state: 'open', by: 'ann', recorded_at: AT },
};
const paying = (attempts: Attempt[], more: Partial<Payout> = {}): Payout => ({
  ...payout('a', 10n * UNIT, 'processing'),
  ...{ madeBy: ref.operation, attempts, ...more },
});
type Looking = Extract<Action, { kind: 'looked' | 'lasted' }>;

/** The payouts that a look at this moment may leave. */
function statesOf(before: Payout, action: Looking, atMs = NOW): Payout[] {
  const user: User = having(rich, before);
  const observation: Observation = {
    id: 1,
    action,
    seen: undefined,
    fromMs: atMs,
    toMs: atMs,
    skewMs: 0,
  };
  const context: Context = { userId: 'u', user, observation, nowMs: atMs, clockMs: atMs };
  return look(user, action, context).map(({ payouts }) => payouts.a as Payout);
}
const looked = (attempt: Attempt, evidence?: Payout['evidence']): Looking => ({
  kind: 'looked',
  ...{ payout: ref, attempt, transactions: [HASH], moments: [AT], ...(evidence && { evidence }) },
});

describe('a look', () => {
  test('kills with a proof, and keeps who had vouched', () => {
    const proof = { cause: 'nonce_passed', height: 9n, at: AT };
    const vouched: Attempt = { ...open, state: 'dead', death: { by: 'bob', at: AT, note: 'seen' } };
    const [byChain] = statesOf(paying([open]), looked({ ...open, state: 'dead', proof }));
    expect(byChain?.attempts?.[0]).toMatchObject({ state: 'dead', proof, death: { by: 'chain' } });
    const [byBob] = statesOf(paying([vouched]), looked({ ...vouched, proof }));
    expect(byBob?.attempts?.[0]).toMatchObject({ proof, death: { by: 'bob' } });
  });

  test('sends what is being paid, with its evidence', () => {
    const evidence = { position: 3n, block: 9n, at: AT };
    const landed = looked({ ...open, state: 'landed' }, evidence);
    const [sent] = statesOf(paying([open]), landed);
    expect(sent).toMatchObject({ evidence, attempts: [{ state: 'landed' }] });
    expect(sent?.history.at(-1)).toEqual({ status: 'sent', at: AT, by: 'chain', tx_hash: HASH });
    expect(statesOf({ ...paying([open]), history: payout('a', UNIT).history }, landed)).toEqual([]);
  });

  test('asks for a review of what nobody meant, beside what waits for one', () => {
    const found = looked({ ...open, found: 'amount_differs' });
    const [wrong] = statesOf(paying([open]), found);
    expect(wrong?.review).toEqual({
      ...{ why: `${HASH}: It transfers another amount to this address.`, since: AT },
    });
    const review = { why: 'before', since: '2039-12-31T00:00:00.000Z' };
    const [both] = statesOf(paying([open], { review }), found);
    expect(both?.review).toEqual({ ...review, why: `${wrong?.review?.why} before` });
  });

  test('finds paid twice what is sent, and paid although it was not what is failed', () => {
    const sent = { ...paying([open]), history: payout('a', UNIT, 'processing', 'sent').history };
    const twice = looked({ ...open, found: 'paid_twice' });
    expect(statesOf(sent, twice)[0]?.review?.why).toContain('sent by another transaction');
    expect(statesOf(paying([open]), twice)).toEqual([]);
    const although = looked({ ...open, found: 'paid_although_failed' });
    expect(statesOf(sent, although)).toEqual([]);
  });

  test('does nothing to what was looked at before', () => {
    const known: Attempt = { ...open, found: 'no_transfer' };
    expect(isWatched(known)).toBe(false);
    expect(statesOf(paying([known]), looked({ ...known, found: 'amount_differs' }))).toEqual([]);
  });
});

test('what lasts for longer than its kind may needs a review, once', () => {
  const action: Looking = { kind: 'lasted', payout: ref, attempt: HASH, moments: [] };
  const [early, late] = [NOW + 119 * 60_000, NOW + 121 * 60_000];
  expect(statesOf(paying([open]), action, early)).toEqual([]);
  expect(statesOf(paying([open]), action, late)[0]?.review).toEqual({
    ...{ why: lastsLong(HASH), since: new Date(late).toISOString() },
  });
  const review = { why: 'another', since: AT };
  expect(statesOf(paying([open], { review }), action, late)).toEqual([]);
});
