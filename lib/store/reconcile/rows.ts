/** What each pass of a reconciliation goes through, row by row, each with the place behind it. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { getItem, type Item, read, scanPages } from '../dynamodb/read.ts';
import {
  judgeAccount,
  LAST_LOOKS_MAX,
  type ReconcileStore,
  type Verdict,
} from './judge-account.ts';
import type { Progress } from './progress.ts';
import { emptyTally, projectionOf, SOURCES } from './tally.ts';

export type Row = {
  /** The key of what this row is about; the pass can go on behind it. */
  key: Record<string, string>;
} & (Judgement | { userId?: never; judge?: never });

/** Undefined for a user who has an account, or needs none: there is nothing to count. */
type Judgement = { userId: string; judge: () => Promise<Verdict | undefined> };

const ACCOUNTS_PER_SCAN = 100;

/** The rows of the pass that are left. */
export function rowsOf(store: ReconcileStore, { pass, after, skipped }: Progress) {
  if (pass === 'accounts') return accounts(store, after);
  if (pass === 'skipped') return accountsAgain(store, skipped);
  return usersWithoutAccount(store, pass, after);
}

/** Every account, as consistent as a read of its own. */
async function* accounts(store: ReconcileStore, after: Progress['after']): AsyncGenerator<Row> {
  const scan = {
    TableName: store.tables.Accounts,
    Limit: ACCOUNTS_PER_SCAN,
    ConsistentRead: true,
  };
  for await (const items of scanPages(store, scan, after))
    for (const item of items) {
      const userId = String(item.user_id);
      yield { key: { user_id: userId }, userId, judge: () => judgeAccount(store, userId, item) };
    }
}

/** The accounts that changed under every look, to be looked at for longer. */
async function* accountsAgain(store: ReconcileStore, skipped: string[]): AsyncGenerator<Row> {
  for (const user_id of skipped.slice()) {
    const judge = async () =>
      judgeAccount(store, user_id, await getItem(store, 'Accounts', { user_id }), LAST_LOOKS_MAX);
    yield { key: { user_id }, userId: user_id, judge };
  }
}

/**
 * The users of this table's items who have no account. The scan may lag, which costs half: what it
 * shows only says at whom to look, and what was written a moment ago is seen the next day.
 */
async function* usersWithoutAccount(
  store: ReconcileStore,
  pass: keyof typeof SOURCES,
  after: Progress['after'],
): AsyncGenerator<Row> {
  const source = SOURCES[pass];
  const scan = { TableName: store.tables[source.table], ...projectionOf(source) };
  let lookedAt: string | undefined;
  for await (const items of scanPages(store, scan, after)) {
    for (const item of items) {
      const userId = String(item.user_id);
      if (userId === lookedAt || !needsAccount(pass, item, store.nowMs)) continue;
      lookedAt = userId;
      yield { key: keyOf(pass, item), userId, judge: () => judgeWithoutAccount(store, userId) };
    }
    // However long one user's history is, the pass gets on in it.
    const last = items.at(-1);
    if (last) yield { key: keyOf(pass, last) };
  }
}

/** An open invoice, or a reward reversed before its grant, may well be a user's only item. */
function needsAccount(pass: keyof typeof SOURCES, item: Item, nowMs: number): boolean {
  const tally = emptyTally();
  SOURCES[pass].add(tally, item, nowMs);
  return tally.needsAccount;
}

const keyOf = (pass: keyof typeof SOURCES, item: Item): Row['key'] =>
  Object.fromEntries(SOURCES[pass].key.map((name) => [name, String(item[name])]));

/** What a read that may lag shows is there: no account is ever deleted, and each has been judged. */
async function judgeWithoutAccount(
  store: ReconcileStore,
  user_id: string,
): Promise<Verdict | undefined> {
  const get = { TableName: store.tables.Accounts, Key: { user_id } };
  if ((await read(store, new GetCommand(get))).Item) return undefined;
  const verdict = await judgeAccount(store, user_id, undefined);
  return verdict === 'balanced' ? undefined : verdict;
}
