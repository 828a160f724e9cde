/** A user's items as they are stored, whatever they hold: to forge, to delete and to compare. */
import { textOf } from '../model/explain.ts';
import type { Database } from './stored-state.ts';

export type RawItem = Record<string, Record<string, unknown>>;

const SORT_KEYS = {
  AccountsTable: undefined,
  PayoutsTable: 'id',
  RewardsTable: 'reward_id',
  InvoicesTable: 'invoice_id',
  IdempotencyKeysTable: 'operation_key',
  DailyLimitsTable: 'day',
} as const;
export type RawTable = keyof typeof SORT_KEYS;

const tables = Object.keys(SORT_KEYS) as RawTable[];

export async function itemsOf(
  database: Database,
  table: RawTable,
  userId: string,
): Promise<RawItem[]> {
  const { Items = [] } = await database.send('Query', {
    TableName: table,
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': { S: userId } },
    ConsistentRead: true,
  });
  return Items as RawItem[];
}

/** All that is stored of the user, as a text, in which attributes have no order. */
export const textOfUser = async (database: Database, userId: string): Promise<string> =>
  textOf(await Promise.all(tables.map((table) => itemsOf(database, table, userId))));

export const putRaw = async (database: Database, TableName: RawTable, Item: RawItem) =>
  void (await database.send('PutItem', { TableName, Item }));

export async function deleteRaw(database: Database, table: RawTable, item: RawItem): Promise<void> {
  const names = ['user_id', SORT_KEYS[table]].filter((name) => name !== undefined);
  const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
  await database.send('DeleteItem', { TableName: table, Key });
}

/** Deletes everything of the user. */
export async function deleteUser(database: Database, userId: string): Promise<void> {
  for (const table of tables)
    for (const item of await itemsOf(database, table, userId))
      await deleteRaw(database, table, item);
}
