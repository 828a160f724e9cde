/** The books of one user: all that is stored of them, whole and of one moment. */
import { isDeepStrictEqual } from 'node:util';
import { getItemBetweenTransactions, type Item, queryPages, scanPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { ReconcileStore } from './judge-account.ts';
import { addUnfulfilled, emptyTally, SOURCES, type Tally } from './tally.ts';

export type Kind = keyof typeof SOURCES;
export const KINDS = Object.keys(SOURCES) as Kind[];

/** The items by their own ids. */
export type Items = Record<Kind, Map<string, Item>>;
export type Books = { account: Item | undefined; items: Items };

/** An account that changes under so many looks is somebody's who is busy. */
const LOOKS_MAX = 10;

/**
 * The user's books, read between two reads of the account at moments when no transaction is writing
 * it: where both found the same, no change of a sum came between (lib/README.md, "Unlocking").
 * Undefined when it changed under every look.
 */
export async function readBooks(store: ReconcileStore, userId: string): Promise<Books | undefined> {
  const key = { user_id: userId };
  const settled = () => getItemBetweenTransactions(store, 'Accounts', key);
  let account = await settled();
  for await (const look of attempts(store)) {
    const entries = KINDS.map(
      async (kind) => [kind, await readItems(store, kind, userId)] as const,
    );
    const items = Object.fromEntries(await Promise.all(entries)) as Items;
    const later = await settled();
    if (isDeepStrictEqual(later, account)) return { account, items };
    if (look === LOOKS_MAX) break;
    account = later;
  }
  return undefined;
}

async function readItems(store: ReconcileStore, kind: Kind, userId: string) {
  const { table, key } = SOURCES[kind];
  const pages = queryPages(store, {
    TableName: store.tables[table],
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': userId },
    ConsistentRead: true,
  });
  const items = new Map<string, Item>();
  for await (const page of pages) for (const item of page) items.set(String(item[key[1]]), item);
  return items;
}

/** What these items add up to. */
export function tallyOf(items: Items, nowMs: number): Tally {
  const tally = emptyTally();
  // The keys come first, whose claims the payouts and the invoices fulfil.
  for (const kind of KINDS)
    for (const item of items[kind].values()) SOURCES[kind].add(tally, item, nowMs);
  addUnfulfilled(tally);
  return tally;
}

/** The ids of all users of whom anything is stored, in no order. The scans may lag. */
export async function usersIn(store: ReconcileStore): Promise<Set<string>> {
  const users = new Set<string>();
  const tables = [store.tables.Accounts, ...KINDS.map((kind) => store.tables[SOURCES[kind].table])];
  const scan = async (TableName: string) => {
    const pages = scanPages(store, { TableName, ProjectionExpression: 'user_id' }, undefined);
    for await (const page of pages) for (const { user_id } of page) users.add(String(user_id));
  };
  await Promise.all(tables.map(scan));
  return users;
}
