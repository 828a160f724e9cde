import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { afterReview, ReviewReport } from '../../../lib/settlement/review.ts';
import { ANN, AT, BOB, claimedOn } from './claimed-payout.ts';

const EVE = 'arn:aws:iam::000000000000:user/eve';
const REVIEW = { why: 'late', since: AT };
const attempt = (id: string, state: 'open' | 'dead' | 'landed' = 'open', by = ANN) => ({
  ...{ id, kind: 'evm' as const, state, by },
  recorded_at: AT,
});
const tried = (...attempts: ReturnType<typeof attempt>[]): PayoutWithHistory => ({
  ...claimedOn('ethereum'),
  attempts,
});
const review = (payout: PayoutWithHistory, dead: string[] = [], by = BOB, note = 'looked') =>
  afterReview(payout, { note, dead }, by, AT);
const refused = (tag: string) => expect.objectContaining({ tag });

test('a second identity vouches for what is dead, and for nothing else', () => {
  const payout = { ...tried(attempt('a'), attempt('b')), review: REVIEW };
  const { review: _, ...after } = payout;
  const said = { by: BOB, at: AT, note: 'looked' };
  expect(review(payout, ['a'])).toEqual({
    ...after,
    attempts: [{ ...attempt('a'), state: 'dead', death: said }, attempt('b')],
    reviewed: said,
  });
});

test('without attempts it only says that somebody has looked', () => {
  const payout = { ...claimedOn('ethereum'), review: REVIEW };
  const after = review(payout);
  expect(after).toMatchObject({ status: 'processing', reviewed: { by: BOB } });
  expect(after).not.toHaveProperty('review');
  expect(after).not.toHaveProperty('attempts');
});

test('the same again changes nothing, and by another or in other words it is refused', () => {
  const after = review(tried(attempt('a')), ['a']);
  expect(review(after, ['a'])).toBe(after);
  expect(() => review(after, ['a'], EVE)).toThrow(refused('payout_not_actionable'));
  expect(() => review(after, ['a'], BOB, 'other')).toThrow(refused('payout_not_actionable'));
});

test('where nothing waits for it, there is nothing to review', () =>
  expect(() => review(tried(attempt('a')))).toThrow(refused('payout_not_actionable')));

test('neither the claimant nor who recorded an attempt can vouch for it', () => {
  expect(() => review(tried(attempt('a')), ['a'], ANN)).toThrow(refused('approval_required'));
  const earlier = tried(attempt('a', 'open', BOB));
  expect(() => review(earlier, ['a'])).toThrow(refused('approval_required'));
  expect(review(earlier, ['a'], EVE).attempts).toMatchObject([{ state: 'dead' }]);
  const waiting = { ...claimedOn('ethereum'), review: REVIEW };
  expect(() => review(waiting, [], ANN)).toThrow(refused('approval_required'));
  const annToo = 'arn:aws:sts::000000000000:assumed-role/Approvers/ann';
  for (const payout of [tried(attempt('a')), tried(attempt('a', 'open', EVE))])
    expect(() => review(payout, ['a'], annToo)).toThrow(refused('approval_required'));
});

test('whoever claimed it last counts, whatever became of it since, and nobody where nobody did', () => {
  const { history, ...payout } = { ...claimedOn('ethereum'), review: REVIEW };
  const sent = { status: 'sent' as const, at: AT, by: 'chain' };
  const over = { ...payout, status: sent.status, history: [...history, sent] };
  expect(() => review(over, [], ANN)).toThrow(refused('approval_required'));
  expect(review(over)).toMatchObject({ reviewed: { by: BOB } });
  const unclaimed = { ...payout, status: 'requested' as const, history: history.slice(0, 1) };
  expect(review(unclaimed, [], ANN)).toMatchObject({ reviewed: { by: ANN } });
});

test('what has landed, or is over, does not die', () => {
  expect(() => review(tried(attempt('a', 'landed')), ['a'])).toThrow(
    refused('payout_not_actionable'),
  );
  const over = { ...tried(attempt('a')), status: 'sent' as const, review: REVIEW };
  expect(() => review(over, ['a'])).toThrow(refused('payout_not_actionable'));
  expect(review(over)).not.toHaveProperty('review');
});

test('an attempt that there is not is an argument error', () => {
  for (const payout of [tried(attempt('a')), claimedOn('ethereum')])
    expect(() => review(payout, ['b'])).toThrow(
      expect.objectContaining({
        ...{ tag: 'invalid_args', details: { field: 'dead' } },
        message:
          'The value of dead is not allowed; it must be a list of ids of the payout’s attempts.',
      }),
    );
});

test('of a review a note is told, and at most 20 dead', () => {
  expect(v.parse(ReviewReport, { note: ' x ' })).toEqual({ note: 'x', dead: [] });
  const dead = Array.from({ length: 21 }, () => 'a');
  for (const report of [{}, { note: 'x', dead: 'a' }, { note: 'x', dead }])
    expect(v.is(ReviewReport, report)).toBe(false);
});
