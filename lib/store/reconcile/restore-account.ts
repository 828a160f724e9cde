/** Restores one user's books, as `plan-restore.ts` says, beside live traffic, and proves them. */
import * as v from 'valibot';
import { Account } from '../../account.ts';
import { newId } from '../../ids.ts';
import type { PayoutChange } from '../../payout.ts';
import { accountRestored } from '../balance/change.ts';
import { putInstead } from '../dynamodb/as-read.ts';
import { inOrder, inPieces } from '../dynamodb/concurrency.ts';
import { getItem, type Item } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit, type Part } from '../dynamodb/transaction.ts';
import {
  type EvidenceWrite,
  missingEvidence,
  withEvidence,
} from '../payouts/chain/restored-evidence.ts';
import { RESTORED_BY } from '../payouts/payout-items.ts';
import { type Books, readBooks } from './books.ts';
import { describeDrift } from './drift.ts';
import { judgeAccount, type ReconcileStore } from './judge-account.ts';
import { type Plan, planRestore, versionOf, type Write } from './plan-restore.ts';
import { restoredFreeze } from './restored-freeze.ts';
import { restoredPayout } from './restored-payout.ts';
import { SOURCES } from './tally.ts';

/** DynamoDB's limit is 100 items, and one of them is the account. */
const ITEMS_PER_TRANSACTION = 99;

/** So often in a row somebody else may have written first. */
const ATTEMPTS = 10;

export type RestoreStore = ReconcileStore & Store<'Evidence'>;

export type RestoreOptions = {
  /** The same tables as they were restored beside the live ones. */
  backup: RestoreStore;
  /** The user's published changes of payouts; undefined where nobody has looked for any. */
  changes: PayoutChange[] | undefined;
  trustItems: boolean;
  /** Without it nothing is written. */
  apply: boolean;
};

export type Outcome = {
  /** `in_order` are books that need nothing; `restored` ones have been reconciled since. */
  result: 'in_order' | 'to_restore' | 'restored' | 'left_alone';
  /** What was, or is to be written; undefined for books in order. */
  plan: Plan | undefined;
  /** The live account before. */
  before: Item | undefined;
  /** Why it was left alone. */
  reasons: string[];
};

/**
 * Plans and writes, and where anybody has written since the look, another restore for one, looks
 * again; then the account is reconciled. What is interrupted is begun again by the next call. Throws
 * when the database fails.
 */
export async function restoreAccount(
  live: RestoreStore,
  userId: string,
  { backup, changes, trustItems, apply }: RestoreOptions,
): Promise<Outcome> {
  const leave = (reasons: string[], done: Partial<Outcome> = {}): Outcome => ({
    ...{ plan: undefined, before: undefined, ...done },
    result: 'left_alone',
    reasons,
  });
  const backupBooks = await readBooks(backup, userId);
  if (!backupBooks) return leave(['the backup is being written to']);
  let first: Pick<Outcome, 'plan' | 'before'> | undefined;
  for await (const attempt of attempts(live)) {
    const books = await readBooks(live, userId);
    if (!books || attempt > ATTEMPTS) break;
    const sources = { live: books, backup: backupBooks, changes, trustItems };
    const planned = planRestore(userId, sources, live.nowMs);
    const plan = await withItsEvidence(planned, books, live, backup);
    if (plan) {
      const found = { plan, before: books.account };
      if (plan.reasons.length > 0) return leave(plan.reasons, found);
      if (!apply) return { ...found, result: 'to_restore', reasons: [] };
      first ??= found;
      if (!(await write(live, userId, plan, books, backupBooks))) continue;
    }
    if (!first) return { result: 'in_order', plan, before: books.account, reasons: [] };
    const drift = await driftOf(live, userId);
    return drift ? leave(drift, first) : { ...first, result: 'restored', reasons: [] };
  }
  return leave(['it keeps changing: stop what writes to it, and repeat this'], first);
}

/** Evidence is read that often at once. */
const AT_ONCE = 8;

/**
 * The plan with what the Evidence tables know of its payouts, and with what the live one lacks, of
 * books in order too. A transfer that is the evidence of another payout is nobody's to take.
 */
async function withItsEvidence(
  planned: Plan | undefined,
  books: Books,
  live: RestoreStore,
  backup: RestoreStore,
): Promise<Plan | undefined> {
  if (planned && planned.reasons.length > 0) return planned;
  const known = async (write: Write): Promise<Write> => ({
    ...write,
    item: await withEvidence(write.item, [live, backup]),
  });
  const writes = await Array.fromAsync(inOrder(planned?.writes ?? [], AT_ONCE, known));
  const payouts = new Map(books.items.payouts);
  for (const { kind, id, item } of writes) if (kind === 'payouts') payouts.set(id, item);
  const evidence: EvidenceWrite[] = [];
  const reasons: string[] = [];
  const lookAt = async ([id, item]: [string, Item]) => ({
    id,
    missing: await missingEvidence(live, item),
  });
  for await (const { id, missing } of inOrder(payouts, AT_ONCE, lookAt)) {
    if (missing && 'takenBy' in missing)
      reasons.push(`payout ${id} rests on a transfer that is the evidence of ${missing.takenBy}`);
    else if (missing) evidence.push(missing);
  }
  if (!planned && evidence.length + reasons.length === 0) return undefined;
  const nothing = { balance: undefined, freezes: false };
  return { ...(planned ?? nothing), writes, evidence, reasons };
}

/** What reconciliation says of the account now. */
async function driftOf(live: ReconcileStore, userId: string): Promise<string[] | undefined> {
  const verdict = await judgeAccount(
    live,
    userId,
    await getItem(live, 'Accounts', { user_id: userId }),
  );
  if (verdict === 'balanced') return undefined;
  const what = verdict === 'skipped' ? 'it keeps changing' : describeDrift(verdict);
  return [`it was written, and does not balance: ${what}`];
}

/**
 * Writes the plan in one transaction where it fits into one. Where it does not, the account has no
 * numbers from the first transaction to the last: whoever needs it gets `internal`, reconciliation
 * names it, and no part of the plan can be used without the rest. False when a condition failed.
 */
async function write(
  store: RestoreStore,
  userId: string,
  { writes, evidence, balance }: Plan,
  { account: live }: Books,
  { account: backup }: Books,
): Promise<boolean> {
  const mark = newId(store.time.now());
  const { Accounts } = store.tables;
  const steps = inSteps([...writes, ...evidence]);
  const freeze = restoredFreeze(live, backup, mark, store.nowMs);
  let was = live;
  let version = later(versionOf(live), versionOf(backup));
  for (const [at, step] of steps.entries()) {
    version++;
    const written = { version, [RESTORED_BY]: mark, ...freeze };
    const isLast = at === steps.length - 1;
    const becomes = isLast ? { ...lostWith(live, backup), ...written, balance } : written;
    const puts: Part[] = step.map((each) => put(store, each, mark));
    if (balance) puts.push(accountRestored(Accounts, userId, was, becomes));
    const { applied } = await commit(store, {
      // Not one as `account`, all of which a function would log: the command says more.
      parts: Object.fromEntries(puts.map((part, index) => [`item ${index}`, part])),
      token: newId(store.time.now()),
      // The token makes a repeated send the same one, and the next look tells the rest.
      wasApplied: async () => false,
    });
    if (!applied) return false;
    was = { user_id: userId, ...written };
  }
  return true;
}

// Stryker disable next-line EqualityOperator: of two that are the same either is the later one
const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/** At least one step, since the account alone may be what is damaged. */
const inSteps = (writes: (Write | EvidenceWrite)[]): (Write | EvidenceWrite)[][] =>
  writes.length === 0 ? [[]] : [...inPieces(writes, ITEMS_PER_TRANSACTION)];

/**
 * What the backup's account holds beside its numbers, where the live one is lost or damaged. Who is
 * frozen is none of it: `restored-freeze.ts` decides all of that.
 */
function lostWith(live: Item | undefined, backup: Item | undefined): Item {
  if (v.is(Account, live)) return {};
  const { user_id: _, frozen: __, thawed: ___, freeze_mark: ____, ...attributes } = backup ?? {};
  const lost = Object.entries(attributes).filter(([name]) => live?.[name] === undefined);
  return Object.fromEntries(lost);
}

function put({ tables, nowMs }: RestoreStore, write: Write | EvidenceWrite, mark: string) {
  if (!('kind' in write)) return putInstead(tables.Evidence, write.item, write.was);
  const { kind, item, was } = write;
  const becomes = kind === 'payouts' ? restoredPayout(item, was, mark, nowMs) : item;
  return putInstead(tables[SOURCES[kind].table], becomes, was);
}
