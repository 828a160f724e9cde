/** Goes through the accounts, beside live traffic, and reports those whose items do not add up. */
import { logError, logInfo, logWarning } from '../../log.ts';
import { inOrder } from '../dynamodb/concurrency.ts';
import { type Item, scanPages } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Drift, describeDrift } from './drift.ts';
import {
  judgeAccount,
  OutOfTimeError,
  type ReconcileStore,
  type Verdict,
} from './judge-account.ts';

export type Run = {
  /** Accounts with a verdict. */
  checked: number;
  drifted: number;
  /** Accounts that changed too often, or were too long, for a verdict. */
  skipped: number;
  /** The first few that drifted; the log has them all. */
  accounts: Drift[];
  /** Where the next run goes on; missing when this one came to the end. */
  next?: string;
};

/** The state machine passes a run's result on, and takes at most 256 KB. */
const ACCOUNTS_NAMED_MAX = 50;

const ACCOUNTS_PER_SCAN = 100;
const ACCOUNTS_AT_ONCE = 16;

/** What one attempt of a read may take: after the time for the last one, nothing new is begun. */
const LAST_READ_MS = 3000;

/**
 * Reconciles the accounts after `start` until the deadline is near. Each run gets at least one
 * account further or throws, so that calling again with `next` comes to an end: the account that a
 * run could not finish is the first of the next one, which skips it when all its time is not enough
 * either. A read that keeps failing ends a run early, and fails the next one.
 */
export async function reconcile(
  openStore: Store<'Accounts' | 'Rewards' | 'Payouts' | 'Invoices'>,
  start: string | undefined,
): Promise<Run> {
  const store = { ...openStore, beginUntilMs: openStore.deadlineMs - LAST_READ_MS };
  const judge = async (account: Item, index: number) => {
    const userId = String(account.user_id);
    if (index > 0 && store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
    const verdict = await judgeAccount(store, userId, account).catch((error) => {
      if (index === 0 && error instanceof OutOfTimeError) return 'skipped' as const;
      throw error;
    });
    return { userId, verdict };
  };

  const run: Run = { checked: 0, drifted: 0, skipped: 0, accounts: [] };
  let last = start;
  try {
    const accounts = accountsAfter(store, start);
    for await (const { userId, verdict } of inOrder(accounts, ACCOUNTS_AT_ONCE, judge)) {
      record(run, verdict);
      last = userId;
    }
  } catch (error) {
    // Stryker disable next-line ConditionalExpression: before the first account last is start
    if (last === undefined || last === start) throw error;
    if (!(error instanceof OutOfTimeError))
      logWarning('retrying', { error: (error as Error).name });
    run.next = last;
  }
  const { checked, drifted, skipped } = run;
  logInfo('accounts_reconciled', { checked, drifted, skipped });
  return run;
}

/** Every account after `start`, as consistent as a read of its own. */
async function* accountsAfter(store: ReconcileStore, start: string | undefined) {
  const scan = {
    TableName: store.tables.Accounts,
    Limit: ACCOUNTS_PER_SCAN,
    ConsistentRead: true,
  };
  const after = start === undefined ? undefined : { user_id: start };
  for await (const items of scanPages(store, scan, after)) yield* items;
}

function record(run: Run, verdict: Verdict): void {
  if (verdict === 'skipped') {
    run.skipped++;
    return;
  }
  run.checked++;
  if (verdict === 'balanced') return;
  run.drifted++;
  if (run.accounts.length < ACCOUNTS_NAMED_MAX) run.accounts.push(verdict);
  logError('account_drifted', { user_id: verdict.user_id, fields: describeDrift(verdict) });
}
