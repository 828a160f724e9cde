/** The verdict on one account: whether its items add up to what is stored on it. */
import { isDeepStrictEqual } from 'node:util';
import { getItem, type Item, queryPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Drift, findDrift } from './drift.ts';
import { addInvoice, addPayout, addReward, emptyTally, type Tally } from './tally.ts';

/** Nothing is begun after `beginUntilMs` (epoch milliseconds); what was has until `deadlineMs`. */
export type ReconcileStore = Store<'Accounts' | 'Rewards' | 'Payouts' | 'Invoices'> & {
  beginUntilMs: number;
};
export type Verdict = 'balanced' | 'skipped' | Drift;

/** The time for this run ended before the verdict; another run may have more. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** An account that changes under every one of so many looks is looked at again the next day. */
const LOOKS_MAX = 10;

/** Far more than DynamoDB usually needs to bring a committed transaction to each of its items. */
const SECOND_LOOK_AFTER_MS = 1000;

/**
 * Judges the account, of which `account` has been read consistently, perhaps a while ago.
 *
 * A look reads all items between two reads of the account: with the same version on both sides, no
 * transaction that moves a sum came between. As reads may see a committed transaction half brought
 * to its items, a look can clear an account, but drift counts only when a second look finds the
 * same. lib/README.md, "Reconciliation", has the whole argument.
 */
export async function judgeAccount(
  store: ReconcileStore,
  userId: string,
  account: Item,
): Promise<Verdict> {
  const { time, beginUntilMs } = store;
  let before: Item = account;
  let suspected: Drift | undefined;
  for await (const look of attempts({ time, deadlineMs: beginUntilMs })) {
    const tally = await tallyItems(store, userId);
    // An account that is gone has no version and none of its numbers.
    const after = (await getItem(store, 'Accounts', { user_id: userId })) ?? {};
    if (after.version === before.version) {
      const drift = findDrift(userId, after, tally);
      if (drift === undefined) return 'balanced';
      if (isDeepStrictEqual(drift, suspected)) return drift;
      suspected = drift;
      if (time.now() + SECOND_LOOK_AFTER_MS >= beginUntilMs) throw new OutOfTimeError();
      await time.sleep(SECOND_LOOK_AFTER_MS);
    } else suspected = undefined;
    if (look === LOOKS_MAX) return 'skipped';
    before = after;
  }
  throw new OutOfTimeError();
}

/** What is read of each item, and where it is added. */
const SOURCES = [
  {
    table: 'Rewards',
    add: addReward,
    attributes: ['reward_id', 'status', 'amount_micro', 'pending_until', 'due_shard'],
  },
  {
    table: 'Payouts',
    add: addPayout,
    attributes: ['id', 'status', 'amount_micro', 'shard', 'queue_key'],
  },
  {
    table: 'Invoices',
    add: addInvoice,
    attributes: ['invoice_id', 'status', 'total_micro', 'covered_by'],
  },
] as const;

async function tallyItems(store: ReconcileStore, userId: string): Promise<Tally> {
  const tally = emptyTally();
  await Promise.all(
    SOURCES.map(async ({ table, add, attributes }) => {
      // Page by page, so that the memory this takes does not grow with the history.
      for await (const items of itemPages(store, store.tables[table], userId, attributes))
        for (const item of items) add(tally, item);
    }),
  );
  return tally;
}

const itemPages = (
  store: ReconcileStore,
  table: string,
  userId: string,
  attributes: readonly string[],
) =>
  queryPages(
    store,
    {
      TableName: table,
      KeyConditionExpression: 'user_id = :user',
      ExpressionAttributeValues: { ':user': userId },
      ProjectionExpression: attributes.map((_name, index) => `#${index}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(
        attributes.map((name, index) => [`#${index}`, name]),
      ),
      ConsistentRead: true,
    },
    () => {
      if (store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
    },
  );
