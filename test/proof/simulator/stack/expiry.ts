/** Expired keys that DynamoDB deletes: at any time after they have expired, and never before. */
import type { Exchange } from '../../../support/fault-proxy.ts';
import type { Database } from './stored-state.ts';

type Item = Record<string, Record<string, string>>;

const TABLE = 'IdempotencyKeysTable';
const KEY = ['user_id', 'operation_key'] as const;

const remove = (database: Database, item: Item): Promise<unknown> => {
  const Key = Object.fromEntries(KEY.map((name) => [name, item[name]]));
  return database.send('DeleteItem', { TableName: TABLE, Key });
};
const hasExpired = (item: Item, nowMs: number): boolean =>
  Number(item.expires_at?.N) * 1000 <= nowMs;

/** Deletes what has expired of the keys that a transaction is about to write. */
export async function deleteExpired(
  database: Database,
  { request }: Exchange,
  nowMs: number,
): Promise<void> {
  const parts = (request.TransactItems ?? []) as { Put?: { TableName: string; Item: Item } }[];
  for (const { Put } of parts) {
    if (Put?.TableName !== TABLE) continue;
    const Key = Object.fromEntries(KEY.map((name) => [name, Put.Item[name]]));
    const get = { TableName: TABLE, Key, ConsistentRead: true };
    const { Item: item } = (await database.send('GetItem', get)) as { Item?: Item };
    if (item && hasExpired(item, nowMs)) await remove(database, item);
  }
}

/** Deletes a user's keys that have expired. */
export async function deleteExpiredOf(
  database: Database,
  userId: string,
  nowMs: number,
): Promise<void> {
  const { Items = [] } = (await database.send('Query', {
    TableName: TABLE,
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': { S: userId } },
    ConsistentRead: true,
  })) as { Items?: Item[] };
  for (const item of Items) if (hasExpired(item, nowMs)) await remove(database, item);
}
