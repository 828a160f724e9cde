/** The Accounts table: one item per user with the balance. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Balance, EMPTY_BALANCE } from '../accounts.ts';
import type { Db } from './db.ts';
import { parseItem } from './item.ts';
import { read } from './retry.ts';

/** The user's balance at this moment; zeros for a user without history. */
export async function getBalance(
  db: Db,
  table: string,
  userId: string,
  deadlineMs: number,
): Promise<Balance> {
  const { Item } = await read(db, deadlineMs, (client, options) =>
    client.send(
      new GetCommand({ TableName: table, Key: { user_id: userId }, ConsistentRead: true }),
      options,
    ),
  );
  return Item ? parseItem(Balance, Item, table) : EMPTY_BALANCE;
}
