/** The verdict on one account: whether its items add up to what is stored on it. */
import { isDeepStrictEqual } from 'node:util';
import { getItem, type Item, queryPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Drift, findDrift } from './drift.ts';
import {
  addUnfulfilled,
  emptyTally,
  projectionOf,
  SOURCES,
  type Source,
  type Tally,
} from './tally.ts';

/** Nothing is begun after `beginUntilMs` (epoch milliseconds); what was has until `deadlineMs`. */
export type ReconcileTables = 'Accounts' | Source['table'];
export type ReconcileStore = Store<ReconcileTables> & { beginUntilMs: number };
export type Verdict = 'balanced' | 'skipped' | Drift;

/** The time for this run ended before the verdict; another run may have more. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** An account that changes under every one of so many looks is skipped, to be judged at the end. */
const LOOKS_MAX = 10;

/** Then it has to change under so many more, which nobody's business does. */
export const LAST_LOOKS_MAX = 100;

/** Far more than DynamoDB usually needs to bring a committed transaction to each of its items. */
const SECOND_LOOK_AFTER_MS = 1000;

/**
 * Judges the account, of which `account` has been read consistently, perhaps a while ago; undefined
 * where there was none.
 *
 * A look reads all items between two reads of the account: with the same version on both sides, no
 * transaction that moves a sum came between. As reads may see a committed transaction half brought
 * to its items, a look can clear an account, but drift counts only when a second look finds the
 * same. lib/README.md, "Reconciliation", has the whole argument.
 */
export async function judgeAccount(
  store: ReconcileStore,
  userId: string,
  account: Item | undefined,
  looksMax = LOOKS_MAX,
): Promise<Verdict> {
  const { time, beginUntilMs } = store;
  let before = account;
  let suspected: Drift | undefined;
  for await (const look of attempts({ time, deadlineMs: beginUntilMs })) {
    const tally = await tallyItems(store, userId);
    // An account that is gone has no version.
    const after = await getItem(store, 'Accounts', { user_id: userId });
    if (after?.version === before?.version) {
      const drift = findDrift(userId, after, tally);
      if (drift === undefined) return 'balanced';
      if (isDeepStrictEqual(drift, suspected)) return drift;
      suspected = drift;
      if (time.now() + SECOND_LOOK_AFTER_MS >= beginUntilMs) throw new OutOfTimeError();
      await time.sleep(SECOND_LOOK_AFTER_MS);
    } else suspected = undefined;
    if (look === looksMax) return 'skipped';
    before = after;
  }
  throw new OutOfTimeError();
}

async function tallyItems(store: ReconcileStore, userId: string): Promise<Tally> {
  const tally = emptyTally();
  const addAll = async (source: Source) => {
    // Page by page, so that the memory this takes does not grow with the history.
    for await (const items of itemPages(store, source, userId))
      for (const item of items) source.add(tally, item, store.nowMs);
  };
  const { keys, rewards, payouts, invoices } = SOURCES;
  await Promise.all([
    addAll(rewards),
    addAll(keys).then(() => Promise.all([addAll(payouts), addAll(invoices)])),
  ]);
  addUnfulfilled(tally);
  return tally;
}

const itemPages = (store: ReconcileStore, source: Source, userId: string) =>
  queryPages(
    store,
    {
      TableName: store.tables[source.table],
      KeyConditionExpression: 'user_id = :user',
      ExpressionAttributeValues: { ':user': userId },
      ...projectionOf(source),
      ConsistentRead: true,
    },
    () => {
      if (store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
    },
  );
