/** How far a reconciliation has come, as the text that one run hands to the next. */
import * as v from 'valibot';

/**
 * In this order: every account; the items of each kind whose users have none; and once more the
 * accounts that were skipped.
 */
export const PASSES = ['accounts', 'rewards', 'payouts', 'invoices', 'keys', 'skipped'] as const;
export type Pass = (typeof PASSES)[number];

const Progress = v.object({
  pass: v.picklist(PASSES),
  /** The key of the last item that is done with; missing at the beginning of a pass. */
  after: v.optional(v.record(v.string(), v.string())),
  /** The users whose accounts were skipped and not yet judged again. */
  skipped: v.array(v.string()),
});
export type Progress = v.InferOutput<typeof Progress>;

export const BEGINNING: Progress = { pass: 'accounts', skipped: [] };

export const asNext = (progress: Progress): string => JSON.stringify(progress);

/** Throws when the text is none of `asNext`'s; a user's id alone is one of the accounts. */
export const progressOf = (next: string | undefined): Progress => {
  if (next === undefined) return BEGINNING;
  if (!next.startsWith('{')) return { ...BEGINNING, after: { user_id: next } };
  return v.parse(Progress, JSON.parse(next));
};
