/** Applies an event to its item, once, however often and in whichever order events come. */

import { isDeepStrictEqual } from 'node:util';
import { EventRejectedError } from '../../billing-events.ts';
import type { TableName } from '../../config.ts';
import { newId } from '../../ids.ts';
import { getItem, getItemOnce, type Item } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit, type Parts } from '../dynamodb/transaction.ts';

/**
 * `item` is the write of the item itself, `account` what it does to the balance. Undefined where
 * the item says already what the event says.
 */
export type Writes = Pick<Parts, 'item' | 'account'> | undefined;

/**
 * Reads the item and writes what is missing until nothing is. `writesFrom` gives the writes that
 * lead from the item as it is (undefined where there is none) to what the event says, each
 * conditional on what was read, and throws EventRejectedError on a contradiction. `accountRefuses`
 * is thrown when the account alone refuses them, twice. Any other error means that the deadline
 * came first or DynamoDB failed: the event may or may not have been applied, and applying it again
 * is safe.
 */
export async function applyOnce<Table extends TableName>(
  store: Store<Table>,
  table: Table,
  key: Record<string, string>,
  writesFrom: (item: Item | undefined) => Writes,
  accountRefuses: Error = new EventRejectedError(
    'the lifetime balance would no longer be an int64',
  ),
): Promise<void> {
  let refusedAt: { item: Item | undefined } | undefined;
  for await (const _ of attempts(store)) {
    const item = await getItem(store, table, key);
    const parts = writesFrom(item);
    if (!parts) return;
    // Where the item has changed, the refusal, by it or by the account, was of a write that nobody
    // wants any more.
    if (refusedAt && isDeepStrictEqual(refusedAt.item, item)) throw accountRefuses;

    const wasApplied = async () => writesFrom(await getItemOnce(store, table, key)) === undefined;
    const outcome = await commit(store, { parts, token: newId(store.time.now()), wasApplied });
    if (outcome.applied) return;
    refusedAt = outcome.refused.account ? { item } : undefined;
  }
  throw new Error(`${store.tables[table]}: the item kept changing until the deadline`);
}

/** Throws EventRejectedError when an event and what is stored differ in one of these fields. */
export function mustAgree<Item extends object>(
  stored: Item,
  event: NoInfer<Item>,
  fields: (keyof Item & string)[],
): void {
  const different = fields.filter((field) => stored[field] !== event[field]);
  if (different.length > 0)
    throw new EventRejectedError(`contradicts an earlier event: ${different.join(', ')}`);
}
