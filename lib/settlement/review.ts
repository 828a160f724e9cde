/** Reviews: a second identity looks at a payout, and vouches for what cannot land any more. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { ApiError, invalidField } from '../errors.ts';
import type { PayoutWithHistory } from './payout-with-history.ts';
import { isSamePerson } from './person.ts';
import { ATTEMPTS_MAX } from './records.ts';
import { Note, notActionable } from './transitions.ts';

/** What somebody found: the attempts of these ids are dead, and nothing else needs a look. */
export const ReviewReport = v.object({
  note: Note,
  dead: v.optional(v.pipe(v.array(v.string()), v.maxLength(ATTEMPTS_MAX)), []),
});
export type ReviewReport = v.InferOutput<typeof ReviewReport>;

/**
 * The payout after the review, or the very same object when it was made already. Throws
 * `invalid_args` for an attempt that there is not; `payout_not_actionable` where nothing waits for a
 * review, or an attempt has landed; `approval_required` for whoever claimed the payout or recorded
 * one of these attempts.
 */
export function afterReview(
  payout: PayoutWithHistory,
  { note, dead }: ReviewReport,
  by: string,
  at: string,
): PayoutWithHistory {
  const { attempts, review, ...others } = payout;
  const named = dead.map((id) => {
    const known = attempts?.find((attempt) => attempt.id === id);
    if (known) return known;
    throw invalidField('dead', 'is not allowed', 'a list of ids of the payout’s attempts');
  });
  const dying = named.filter(({ state }) => state !== 'dead');
  if (!review && dying.length === 0) {
    const { at: _, ...last } = payout.reviewed ?? {};
    if (isDeepStrictEqual(last, { by, note })) return payout;
    throw notActionable(payout, by);
  }
  const isOver = payout.status !== 'processing';
  if (dying.some(({ state }) => isOver || state === 'landed')) throw notActionable(payout, by);
  const claimant = payout.history.findLast(({ status }) => status === 'processing')?.by;
  if ([claimant, ...named.map((attempt) => attempt.by)].some((other) => isSamePerson(other, by)))
    throw new ApiError('approval_required');
  return {
    ...others,
    ...(attempts && {
      attempts: attempts.map((attempt) =>
        dying.includes(attempt)
          ? { ...attempt, state: 'dead' as const, death: { by, at, note } }
          : attempt,
      ),
    }),
    reviewed: { by, at, note },
  };
}
