/** How far a reconciliation has come and what it has found, as one run hands it to the next. */
import * as v from 'valibot';
import { Drift } from './drift.ts';

/**
 * In this order: every account; the items of each kind whose users have none; and once more the
 * accounts that were skipped.
 */
export const PASSES = ['accounts', 'rewards', 'payouts', 'invoices', 'keys', 'skipped'] as const;
export type Pass = (typeof PASSES)[number];

const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * A segment of every table's scan, from 0 on, of so many. DynamoDB cuts a table by the hash of the
 * user, so that each account, and all items of a kind that a user has, are in exactly one.
 */
export const Part = v.pipe(
  v.object({ segment: Whole, of: Whole }),
  v.check(({ segment, of }) => segment < of, 'There is no such segment.'),
);
export type Part = v.InferOutput<typeof Part>;

const Progress = v.object({
  pass: v.picklist(PASSES),
  /** The key of the last item that is done with; missing at the beginning of a pass. */
  after: v.optional(v.record(v.string(), v.string())),
  /** The users whose accounts were skipped and not yet judged again. */
  skipped: v.array(v.string()),
  /** Missing where one run after the other goes through all. */
  part: v.optional(Part),
});
export type Progress = v.InferOutput<typeof Progress>;

const BEGINNING: Progress = { pass: 'accounts', skipped: [] };

export const beginningOf = (part: Part | undefined): Progress => ({ ...BEGINNING, part });

export const asNext = ({ pass, after, skipped, part }: Progress): string =>
  JSON.stringify({ pass, after, skipped, part });

/** Throws when the text is none of `asNext`'s; a user's id alone is one of the accounts. */
export const progressOf = (next: string): Progress =>
  next.startsWith('{')
    ? v.parse(Progress, JSON.parse(next))
    : { ...BEGINNING, after: { user_id: next } };

export const Run = v.object({
  /** Accounts with a verdict. */
  checked: Whole,
  /** Of these, and of the users with items who have no account. */
  drifted: Whole,
  /** Accounts that changed too often, or were too long, for a verdict, also at the second try. */
  skipped: Whole,
  /** The first few that drifted; the log has them all. */
  accounts: v.array(Drift),
  /** Where the next run goes on, for it alone to read; missing when this one came to the end. */
  next: v.optional(v.string()),
});
export type Run = v.InferOutput<typeof Run>;

/** What is counted, before anything was found. */
export const NOTHING = { checked: 0, drifted: 0, skipped: 0 };

/** A state's result has 256 KB at most; what is not named here is named by the log. */
export const ACCOUNTS_NAMED_MAX = 50;
const NAMED_BYTES_MAX = 160_000;

/**
 * What these runs found together, one after the other or side by side; `shares` of such results
 * fit into one. Who has no account may have been found by items of several kinds, and counts once
 * as long as the result names them.
 */
export function together(runs: readonly Run[], shares = 1): Run {
  const total = { ...NOTHING, accounts: [] as Drift[] };
  const named = new Set<string>();
  let bytes = 0;
  for (const { checked, drifted, skipped, accounts } of runs) {
    total.checked += checked;
    total.drifted += drifted;
    total.skipped += skipped;
    for (const account of accounts) {
      if (named.has(account.user_id)) total.drifted--;
      else if (total.accounts.length < ACCOUNTS_NAMED_MAX) {
        bytes += Buffer.byteLength(JSON.stringify(account));
        if (bytes > NAMED_BYTES_MAX / shares) continue;
        named.add(account.user_id);
        total.accounts.push(account);
      }
    }
  }
  return total;
}
