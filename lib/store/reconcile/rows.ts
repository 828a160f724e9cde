/** What each pass of a reconciliation goes through, row by row, each with the place behind it. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { atMost, inPieces } from '../dynamodb/concurrency.ts';
import {
  GOT_TOGETHER_MAX,
  getItem,
  getItemsThereIsRoomFor,
  type Item,
  read,
  scanPages,
} from '../dynamodb/read.ts';
import {
  clearedTogether,
  judgeAccount,
  LAST_LOOKS_MAX,
  LOOKED_AT_TOGETHER,
  OutOfTimeError,
  type ReconcileStore,
  type Verdict,
} from './judge-account.ts';
import type { Part, Progress } from './progress.ts';
import { emptyTally, projectionOf, SOURCES } from './tally.ts';

export type Row = {
  /** The key of what this row is about; the pass can go on behind it. */
  key: Record<string, string>;
} & (Judgement | { userId?: never; judge?: never });

/** Undefined for a user who has an account, which is judged in a pass of its own. */
type Judgement = { userId: string; judge: () => Promise<Verdict | undefined> };

const ACCOUNTS_PER_SCAN = 100;

/** So many that one look at many did not clear, since each may have a long history. */
const ALONE_AT_ONCE = 16;

/** The rows of the pass that are left. */
export function rowsOf(store: ReconcileStore, { pass, after, skipped, part }: Progress) {
  if (pass === 'accounts') return accounts(store, after, part);
  if (pass === 'skipped') return accountsAgain(store, skipped);
  return usersWithoutAccount(store, pass, after, part);
}

const segmentOf = (part: Part | undefined) =>
  part && { Segment: part.segment, TotalSegments: part.of };

/** Every account, as consistent as a read of its own. */
async function* accounts(
  store: ReconcileStore,
  after: Progress['after'],
  part: Part | undefined,
): AsyncGenerator<Row> {
  const scan = {
    ...segmentOf(part),
    TableName: store.tables.Accounts,
    Limit: ACCOUNTS_PER_SCAN,
    ConsistentRead: true,
  };
  const alone = atMost(ALONE_AT_ONCE);
  for await (const items of scanPages(store, scan, after))
    for (const group of inPieces(items, LOOKED_AT_TOGETHER)) {
      const cleared = once(() => clearedTogether(store, group));
      for (const item of group) {
        const userId = String(item.user_id);
        const judge = async () => {
          if ((await cleared()).has(userId)) return 'balanced';
          return alone(() => {
            if (store.time.now() >= store.beginUntilMs) throw new OutOfTimeError();
            return judgeAccount(store, userId, item);
          });
        };
        yield { key: { user_id: userId }, userId, judge };
      }
    }
}

/** Done when it is first asked for: a run whose time is over begins nothing. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** The accounts that changed under every look, to be looked at for longer. */
async function* accountsAgain(store: ReconcileStore, skipped: string[]): AsyncGenerator<Row> {
  for (const user_id of skipped) {
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
  part: Part | undefined,
): AsyncGenerator<Row> {
  const source = SOURCES[pass];
  const { table } = source;
  const scan = { TableName: store.tables[table], ...segmentOf(part), ...projectionOf(source) };
  let lookedAt: string | undefined;
  for await (const items of scanPages(store, scan, after)) {
    const first = items.filter((item) => {
      const userId = String(item.user_id);
      if (userId === lookedAt || !needsAccount(pass, item, store.nowMs)) return false;
      lookedAt = userId;
      return true;
    });
    for (const group of inPieces(first, GOT_TOGETHER_MAX)) {
      const userIds = group.map(({ user_id }) => String(user_id));
      const found = once(() => withAccount(store, userIds));
      for (const [at, userId] of userIds.entries()) {
        const judge = async () =>
          (await found()).has(userId) ? undefined : judgeWithoutAccount(store, userId);
        yield { key: keyOf(pass, group[at] as Item), userId, judge };
      }
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

/** Of these users, those who have an account. The read may lag: others may have one by now. */
async function withAccount(store: ReconcileStore, userIds: string[]): Promise<Set<string>> {
  const keys = userIds.map((user_id) => ({ user_id }));
  const options = { ProjectionExpression: 'user_id' };
  const found = await getItemsThereIsRoomFor(store, 'Accounts', keys, options);
  return new Set(found.map(({ user_id }) => String(user_id)));
}

/** What a read that may lag shows is there: no account is ever deleted, and each has been judged. */
async function judgeWithoutAccount(
  store: ReconcileStore,
  user_id: string,
): Promise<Verdict | undefined> {
  const get = { TableName: store.tables.Accounts, Key: { user_id } };
  if ((await read(store, new GetCommand(get))).Item) return undefined;
  return judgeAccount(store, user_id, undefined);
}
