/** The Sessions table, which the console writes at login and this service only reads. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Session } from '../../session.ts';
import { parseItem } from './item.ts';
import { read } from './retry.ts';
import type { Db } from './store.ts';

/**
 * The session of this token hash, live or not. A consistent read, so that a revocation counts at
 * once.
 */
export async function findSession(
  db: Db,
  table: string,
  hash: string,
  deadlineMs: number,
): Promise<Session | undefined> {
  const { Item } = await read(db, deadlineMs, (client, options) =>
    client.send(
      new GetCommand({ TableName: table, Key: { token_hash: hash }, ConsistentRead: true }),
      options,
    ),
  );
  return Item && parseItem(Session, Item, table);
}
