/** Goes through the books, beside live traffic, and reports accounts whose items do not add up. */
import { logError, logInfo, logWarning } from '../../log.ts';
import { inOrder } from '../dynamodb/concurrency.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Drift, describeDrift } from './drift.ts';
import { OutOfTimeError, type ReconcileTables, type Verdict } from './judge-account.ts';
import { asNext, PASSES, type Progress, progressOf } from './progress.ts';
import { type Row, rowsOf } from './rows.ts';

export type Run = {
  /** Accounts with a verdict. */
  checked: number;
  /** Of these, and of the users with items who have no account. */
  drifted: number;
  /** Accounts that changed too often, or were too long, for a verdict, also at the second try. */
  skipped: number;
  /** The first few that drifted; the log has them all. */
  accounts: Drift[];
  /** Where the next run goes on, for it alone to read; missing when this one came to the end. */
  next?: string;
};

/** The state machine passes a run's result on, and takes at most 256 KB. */
const ACCOUNTS_NAMED_MAX = 50;

/** For the same reason: those beyond are not tried again, which is an alarm at once. */
const SKIPPED_MAX = 500;

const AT_ONCE = 16;

/** What one attempt of a read may take: after the time for the last one, nothing new is begun. */
const LAST_READ_MS = 3000;

/**
 * Reconciles from `next` on until the deadline is near. Each run gets at least one row further or
 * throws, so that calling again with `next` comes to an end: the account that a run could not
 * finish is the first of the next one, which skips it when all its time is not enough either. A
 * read that keeps failing ends a run early, and fails the next one.
 */
export async function reconcile(openStore: Store<ReconcileTables>, next?: string): Promise<Run> {
  const store = { ...openStore, beginUntilMs: openStore.deadlineMs - LAST_READ_MS };
  let begun = 0;
  const judge = async (row: Row) => {
    const isFirst = begun++ === 0;
    if (!isFirst && store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
    const verdict = await row.judge?.().catch((error) => {
      if (isFirst && error instanceof OutOfTimeError) return 'skipped' as const;
      throw error;
    });
    return { row, verdict };
  };

  const run: Run = { checked: 0, drifted: 0, skipped: 0, accounts: [] };
  const record = recorder(run);
  let progress = progressOf(next);
  const start = asNext(progress);
  try {
    for (const pass of PASSES.slice(PASSES.indexOf(progress.pass))) {
      if (pass !== progress.pass) progress = { pass, skipped: progress.skipped };
      for await (const { row, verdict } of inOrder(rowsOf(store, progress), AT_ONCE, judge)) {
        progress = behind(progress, row);
        if (row.userId !== undefined && verdict !== undefined)
          progress = record(progress, row.userId, verdict);
      }
    }
  } catch (error) {
    if (asNext(progress) === start) throw error;
    if (!(error instanceof OutOfTimeError))
      logWarning('retrying', { error: (error as Error).name });
    run.next = asNext(progress);
  }
  const { checked, drifted, skipped } = run;
  logInfo('accounts_reconciled', { checked, drifted, skipped });
  return run;
}

const behind = ({ pass, skipped }: Progress, { key, userId }: Row): Progress =>
  pass === 'skipped'
    ? { pass, skipped: skipped.filter((waiting) => waiting !== userId) }
    : { pass, after: key, skipped };

/** Counts and logs verdicts, and gives the progress with those that are to be tried again. */
function recorder(run: Run) {
  const drifted = new Set<string>();
  return (progress: Progress, user_id: string, verdict: Verdict): Progress => {
    const { pass, skipped } = progress;
    if (verdict === 'skipped') {
      if (pass !== 'skipped') logWarning('account_skipped', { user_id });
      if (skipped.includes(user_id)) return progress;
      if (pass !== 'skipped' && skipped.length < SKIPPED_MAX)
        return { ...progress, skipped: [...skipped, user_id] };
      run.skipped++;
      logError('account_unjudged', { user_id });
      return progress;
    }
    if (pass === 'accounts' || pass === 'skipped') run.checked++;
    // Who has no account may have items of several kinds, each of which leads to the same verdict.
    if (verdict === 'balanced' || drifted.has(user_id)) return progress;
    drifted.add(user_id);
    run.drifted++;
    if (run.accounts.length < ACCOUNTS_NAMED_MAX) run.accounts.push(verdict);
    logError('account_drifted', { user_id, fields: describeDrift(verdict) });
    return progress;
  };
}
