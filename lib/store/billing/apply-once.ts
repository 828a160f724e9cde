/**
 * Lands an event on the item that it is about, once, however often and in whichever order events
 * come.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { EventRejectedError } from '../../billing-events.ts';
import { newId } from '../../ids.ts';
import { attempts, read } from '../dynamodb/retry.ts';
import { attemptOptions, type Db } from '../dynamodb/store.ts';
import { commit, type Transaction } from '../dynamodb/transaction.ts';

export type StoredItem = Record<string, unknown>;

export type Landing = {
  table: string;
  key: Record<string, string>;
  /**
   * The writes that lead from the item as it is (undefined where there is none) to what the event
   * says, or undefined where it says so already. Each is conditional on what was read. Throws
   * EventRejectedError on a contradiction.
   */
  writesFrom: (item: StoredItem | undefined) => Writes | undefined;
};

/** `item` is the write of the item itself, `account` what it does to the balance. */
export type Writes = Transaction<'item' | 'account'>['parts'];

/**
 * Reads the item and writes what is missing until nothing is. Throws EventRejectedError when the
 * event can never land, and any other error when the deadline (epoch milliseconds) came first or
 * DynamoDB failed: then it may or may not have landed, and landing it again is safe.
 */
export async function land(
  db: Db,
  { table, key, writesFrom }: Landing,
  deadlineMs: number,
): Promise<void> {
  const get = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  let refused: Partial<Record<keyof Writes, StoredItem>> = {};
  for await (const _ of attempts(db.time, deadlineMs)) {
    const { Item } = await read(db, deadlineMs, (client, options) => client.send(get, options));
    const parts = writesFrom(Item);
    if (!parts) return;
    // Where the item had changed too, the account's refusal is about a write that nobody wants any
    // more.
    if (refused.account && !refused.item && parts.account)
      throw new EventRejectedError('the lifetime balance would no longer be an int64');

    const wasApplied = async () => {
      const { Item } = await db.client.send(get, attemptOptions(db, deadlineMs));
      return writesFrom(Item) === undefined;
    };
    const outcome = await commit(
      db,
      { parts, token: newId(db.time.now()), wasApplied },
      deadlineMs,
    );
    if (outcome.applied) return;
    refused = outcome.refused;
  }
  throw new Error(`${table}: the item kept changing until the deadline`);
}

/**
 * Throws EventRejectedError when an event says something else of these fields than what is stored.
 */
export function mustAgree<Item extends object>(
  stored: Item,
  event: NoInfer<Item>,
  fields: (keyof Item & string)[],
): void {
  const different = fields.filter((field) => stored[field] !== event[field]);
  if (different.length > 0)
    throw new EventRejectedError(`contradicts an earlier event: ${different.join(', ')}`);
}
