/** Reads: one item, or pages of many, each read again until DynamoDB answers or time is over. */
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  GetCommand,
  type GetCommandOutput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
  TransactGetCommand,
} from '@aws-sdk/lib-dynamodb';
import type * as v from 'valibot';
import type { TableName } from '../../config.ts';
import { classify } from './failure.ts';
import { idsOf, parseItem, readOrLog } from './item.ts';
import { attempts } from './retry.ts';
import { attemptOptions, type Store } from './store.ts';

export type Item = Record<string, unknown>;

/** What fails this often in a row is reported; unlike a write, it leaves nothing in doubt. */
const READ_ATTEMPTS = 4;

/** Throws the last error when the read keeps failing or the deadline has come. */
export function read(store: Store, command: GetCommand): Promise<GetCommandOutput>;
export function read(store: Store, command: QueryCommand): Promise<QueryCommandOutput>;
export function read(store: Store, command: ScanCommand): Promise<ScanCommandOutput>;
export function read(store: Store, command: BatchGetCommand): Promise<BatchGetCommandOutput>;
export async function read(
  store: Store,
  command: GetCommand | QueryCommand | ScanCommand | BatchGetCommand,
): Promise<object> {
  let failure: unknown;
  for await (const attempt of attempts(store)) {
    try {
      return await store.client.send(command as GetCommand, attemptOptions(store));
    } catch (error) {
      failure = error;
      if (classify(error) === 'fatal' || attempt === READ_ATTEMPTS) break;
    }
  }
  throw failure;
}

const consistentGet = (table: string, key: Record<string, string>) =>
  new GetCommand({ TableName: table, Key: key, ConsistentRead: true });

/** The item under this key at this moment (a consistent read), or undefined. */
export const getItem = async <Table extends TableName>(
  store: Store<Table>,
  table: Table,
  key: Record<string, string>,
) => (await read(store, consistentGet(store.tables[table], key))).Item;

/** The same in a single attempt, for callers with retries of their own. */
export const getItemOnce = async <Table extends TableName>(
  store: Store<Table>,
  table: Table,
  key: Record<string, string>,
) => (await store.client.send(consistentGet(store.tables[table], key), attemptOptions(store))).Item;

/** DynamoDB's own bound. */
export const GOT_TOGETHER_MAX = 100;

type TogetherOptions = { ConsistentRead?: boolean; ProjectionExpression?: string };

/** Items of one table. What is missing is not there, or DynamoDB had no room to read it just now. */
export async function getItemsThereIsRoomFor<Table extends TableName>(
  store: Store<Table>,
  table: Table,
  keys: Record<string, string>[],
  options: TogetherOptions = {},
): Promise<Item[]> {
  return (await readTogether(store, table, keys, options)).items;
}

/**
 * Those of 100 items of one table at most that are there, at this moment. What there was no room to
 * read is read again.
 */
export async function getItems<Table extends TableName>(
  store: Store<Table>,
  table: Table,
  keys: Record<string, string>[],
): Promise<Item[]> {
  const items: Item[] = [];
  if (keys.length === 0) return items;
  let left: Item[] = keys;
  for await (const _ of attempts(store)) {
    const found = await readTogether(store, table, left, { ConsistentRead: true });
    items.push(...found.items);
    if (found.left.length === 0) return items;
    ({ left } = found);
  }
  throw new Error('there was no room to read everything until the deadline');
}

/** `left` are the keys for which there was no room. */
async function readTogether<Table extends TableName>(
  store: Store<Table>,
  table: Table,
  Keys: Item[],
  options: TogetherOptions,
): Promise<{ items: Item[]; left: Item[] }> {
  const name = store.tables[table];
  const command = new BatchGetCommand({ RequestItems: { [name]: { Keys, ...options } } });
  const { Responses = {}, UnprocessedKeys = {} } = await read(store, command);
  return { items: Responses[name] ?? [], left: UnprocessedKeys[name]?.Keys ?? [] };
}

/**
 * The item under this key at a moment when no transaction is writing it: beside a transaction that
 * is being applied, other reads may see one of its items as it was and another as it will be.
 */
export async function getItemBetweenTransactions<Table extends TableName>(
  store: Store<Table>,
  table: Table,
  key: Record<string, string>,
): Promise<Item | undefined> {
  const get = { Get: { TableName: store.tables[table], Key: key } };
  const command = new TransactGetCommand({ TransactItems: [get] });
  let failure: unknown;
  for await (const _ of attempts(store, () => classify(failure) === 'conflict')) {
    try {
      const { Responses } = await store.client.send(command, attemptOptions(store));
      // Stryker disable next-line OptionalChaining: DynamoDB gives one response for each Get
      return Responses?.[0]?.Item;
    } catch (error) {
      failure = error;
      if (classify(error) === 'fatal') break;
    }
  }
  throw failure;
}

/** The item of this shape under the key, or undefined. Throws CorruptItemError for any other. */
export async function findItem<Table extends TableName, Schema extends v.GenericSchema>(
  store: Store<Table>,
  table: Table,
  key: Record<string, string>,
  schema: Schema,
): Promise<v.InferOutput<Schema> | undefined> {
  const item = await getItem(store, table, key);
  return item && parseItem(schema, item, store.tables[table]);
}

/** A page of items; `last` is the key to read on behind while more may follow. */
type ItemPage = { items: Item[]; last: Item | undefined };

const pageOf = ({
  // Stryker disable next-line ArrayDeclaration: DynamoDB always answers with Items
  Items = [],
  LastEvaluatedKey,
}: Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>): ItemPage => ({
  items: Items,
  last: LastEvaluatedKey,
});

/** One page of a query. */
export const readPage = async (store: Store, query: QueryCommandInput): Promise<ItemPage> =>
  pageOf(await read(store, new QueryCommand(query)));

/** The items of a query, page by page; `beforeNext` may throw before another page is read. */
export const queryPages = (store: Store, query: QueryCommandInput, beforeNext?: () => void) =>
  pages((from) => readPage(store, { ...query, ExclusiveStartKey: from }), beforeNext);

/** The rows of a query. One that cannot be read is logged, by its own id in `id`, and left out. */
export async function* queryRows<Schema extends v.GenericSchema>(
  store: Store,
  query: QueryCommandInput & { TableName: string },
  schema: Schema,
  id?: string,
): AsyncGenerator<v.InferOutput<Schema>> {
  for await (const items of queryPages(store, query))
    for (const item of items) {
      const row = readOrLog(() => parseItem(schema, item, query.TableName), idsOf(item, id));
      if (row !== undefined) yield row;
    }
}

/** The items of a scan, page by page, from behind the key `after`. */
export const scanPages = (store: Store, scan: ScanCommandInput, after: Item | undefined) =>
  pages(async (from = after) =>
    pageOf(await read(store, new ScanCommand({ ...scan, ExclusiveStartKey: from }))),
  );

async function* pages(
  readFrom: (from: Item | undefined) => Promise<ItemPage>,
  beforeNext?: () => void,
): AsyncGenerator<Item[]> {
  let from: Item | undefined;
  do {
    if (from) beforeNext?.();
    const { items, last } = await readFrom(from);
    yield items;
    from = last;
  } while (from);
}
