/** Goes through the books, beside live traffic, and reports accounts whose items do not add up. */
import { logError, logInfo, logWarning } from '../../log.ts';
import { inOrder } from '../dynamodb/concurrency.ts';
import type { Store } from '../dynamodb/store.ts';
import { describeDrift } from './drift.ts';
import {
  LOOKED_AT_TOGETHER,
  OutOfTimeError,
  type ReconcileTables,
  type Verdict,
} from './judge-account.ts';
import {
  ACCOUNTS_NAMED_MAX,
  asNext,
  beginningOf,
  NOTHING,
  PASSES,
  type Part,
  type Progress,
  progressOf,
  type Run,
  together,
} from './progress.ts';
import { type Row, rowsOf } from './rows.ts';

/** A state's result has 256 KB: those beyond are not tried again, which is an alarm at once. */
const SKIPPED_MAX = 500;

/** Two groups of accounts that are looked at together, so that one can wait for the other. */
const AT_ONCE = 2 * LOOKED_AT_TOGETHER;

/** What one attempt of a read may take: after the time for the last one, nothing new is begun. */
const LAST_READ_MS = 3000;

/**
 * Reconciles from `next` on, or this part from its beginning, until the deadline is near. Each run
 * gets at least one row further or throws, so that calling again with `next` comes to an end: the
 * account that a run could not finish is the first of the next one, which skips it when all its
 * time is not enough either. A read that keeps failing ends a run early, and fails the next one.
 */
export async function reconcile(
  openStore: Store<ReconcileTables>,
  next?: string,
  part?: Part,
): Promise<Run> {
  const store = { ...openStore, beginUntilMs: openStore.deadlineMs - LAST_READ_MS };
  let hasBegun = false;
  const judge = async (row: Row) => {
    const isFirst = !hasBegun;
    hasBegun = true;
    if (!isFirst && store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
    const verdict = await row.judge?.().catch((error) => {
      if (isFirst && error instanceof OutOfTimeError) return 'skipped' as const;
      throw error;
    });
    return { row, verdict };
  };

  const run: Run = { ...NOTHING, accounts: [] };
  const record = recorder(run);
  let progress = next === undefined ? beginningOf(part) : progressOf(next);
  const start = asNext(progress);
  try {
    for (const pass of PASSES.slice(PASSES.indexOf(progress.pass))) {
      if (pass !== progress.pass) {
        const { after: _, ...rest } = progress;
        progress = { ...rest, pass };
      }
      for await (const { row, verdict } of inOrder(rowsOf(store, progress), AT_ONCE, judge)) {
        progress = behind(progress, row);
        if (verdict !== undefined) progress = record(progress, row.userId as string, verdict);
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
  return { ...together([run]), next: run.next };
}

const behind = (progress: Progress, { key, userId }: Row): Progress =>
  progress.pass === 'skipped'
    ? { ...progress, skipped: progress.skipped.filter((waiting) => waiting !== userId) }
    : { ...progress, after: key };

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
    // No more are named in the end, and thousands must not fill the memory before.
    // Stryker disable next-line ConditionalExpression, EqualityOperator: what is named is cut again
    if (run.accounts.length < ACCOUNTS_NAMED_MAX) run.accounts.push(verdict);
    logError('account_drifted', { user_id, fields: describeDrift(verdict) });
    return progress;
  };
}
