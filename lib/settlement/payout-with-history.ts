/**
 * A payout with its history and all that is kept beside it: as it is stored, and as operators see
 * it. Apart from `payout.ts`, so that what requests a payout carries none of this.
 */
import * as v from 'valibot';
import { isShort, PAYOUT_STATUSES, Payout, type PayoutChange } from '../payout.ts';
import { StoredTime } from '../time.ts';
import { Evidence } from './evidence.ts';
import { Approval, ATTEMPTS_MAX, Attempt, Review, Reviewed } from './records.ts';

/**
 * Who did what when: `by` is `user` or the ARN of an operator. A `requested` that is not the first
 * is a claim that was given up, with a note.
 */
export const HistoryEntry = v.object({
  status: v.picklist(PAYOUT_STATUSES),
  at: StoredTime,
  by: v.string(),
  note: v.optional(v.pipe(v.string(), isShort)),
});

const Day = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/));

/** A payout with its history, as operators see it. */
export const PayoutWithHistory = v.object({
  ...Payout.entries,
  internal_note: v.optional(v.pipe(v.string(), isShort)),
  attempts: v.optional(v.pipe(v.array(Attempt), v.maxLength(ATTEMPTS_MAX))),
  approval: v.optional(Approval),
  evidence: v.optional(Evidence),
  budget_day: v.optional(Day),
  limit_day: v.optional(Day),
  review: v.optional(Review),
  reviewed: v.optional(Reviewed),
  history: v.array(HistoryEntry),
});
export type PayoutWithHistory = v.InferOutput<typeof PayoutWithHistory>;

/**
 * A payout as it is stored. Each change of it, of whatever kind, adds a mark that names the very
 * request that made it, so that their number is a revision that never returns.
 */
export const StoredPayout = v.object({
  ...PayoutWithHistory.entries,
  marks: v.optional(v.array(v.string()), []),
});

/** When the payout got the status that it has. */
export const statusSince = ({
  history,
  requested_at,
}: Pick<PayoutWithHistory, 'history' | 'requested_at'>): string =>
  history.at(-1)?.at ?? requested_at;

/** The payout without what concerns the operators alone, which is all that is not a `Payout`'s. */
export const asOwnerSeesIt = (payout: PayoutWithHistory): Payout => v.parse(Payout, payout);

/** The same for operators, without what no one has a use for. */
export const asOperatorsSeeIt = (payout: PayoutWithHistory): PayoutWithHistory =>
  v.parse(PayoutWithHistory, payout);

/**
 * Every change of the payout, in order and each as it was published when it was made: only an end
 * brings a hash, a reason, a note and a time of completion.
 */
export const changesOf = (payout: PayoutWithHistory): PayoutChange[] =>
  payout.history.map(({ status, at }, index, { length }) => {
    const {
      tx_hash: _,
      reason: __,
      note: ___,
      completed_at: ____,
      ...open
    } = asOwnerSeesIt(payout);
    return {
      payout: index === length - 1 ? asOwnerSeesIt(payout) : { ...open, status },
      previousStatus: payout.history[index - 1]?.status ?? null,
      at,
      sequence: index + 1,
    };
  });
