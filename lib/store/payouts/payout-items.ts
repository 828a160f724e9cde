/** Payouts as they are stored: the item of a new one, one by its key, and the lists of a user's. */
import * as v from 'valibot';
import { isStoredUuid } from '../../ids.ts';
import { OWNER, Payout } from '../../payout.ts';
import { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import { shardOf } from '../dynamodb/indexes.ts';
import {
  type idsOf,
  parseItem,
  readOrLog,
  type UnreadableItem,
  unreadable,
} from '../dynamodb/item.ts';
import { firstPage, type Listed, listNewestFirst, type Page } from '../dynamodb/paging.ts';
import { findItem, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';

/** What `queue_key` begins with: every `open#` key sorts behind every `done#` key. */
export const OPEN = 'open#';
export const DONE = 'done#';

/**
 * Names the write that put an item back as it had been (lib/store/reconcile). What it says was
 * published when it came about, so that such a write is no change to publish.
 */
export const RESTORED_BY = 'restored_by';

/** The item of a new payout. */
export const payoutItem = (payout: Payout) => ({
  ...payout,
  shard: shardOf(payout.id),
  queue_key: OPEN + payout.id,
  history: [{ status: payout.status, at: payout.requested_at, by: OWNER }],
});

export const PayoutKey = v.pick(Payout, ['user_id', 'id']);
export type PayoutKey = v.InferOutput<typeof PayoutKey>;

/** The user's payout with this id at this moment; undefined when it is nobody's or another's. */
export const findPayout = (
  store: Store<'Payouts'>,
  { user_id, id }: PayoutKey,
): Promise<PayoutWithHistory | undefined> =>
  findItem(store, 'Payouts', { user_id, id }, PayoutWithHistory);

/** A page of the user's payouts, newest first; `next` is the id to continue after. */
export const listPayouts = (
  store: Store<'Payouts'>,
  userId: string,
  page: Page<Payout['status']>,
): Promise<Listed<Payout>> => listNewestFirst(store, listing(store, Payout), userId, page);

/** A payout in an operator's list. */
export type ListedPayout = PayoutWithHistory | UnreadableItem;

/** The payout as operators list it, or what stands for one that cannot be read, which is logged. */
export const listed = (
  { tables }: Store<'Payouts'>,
  item: Item | undefined,
  ids: ReturnType<typeof idsOf>,
): ListedPayout =>
  readOrLog(() => parseItem(PayoutWithHistory, item, tables.Payouts), ids) ?? unreadable(ids);

/** The user's newest payouts, as operators see them. */
export async function lastPayouts(
  store: Store<'Payouts'>,
  userId: string,
  limit: number,
): Promise<ListedPayout[]> {
  const all = { ...listing(store, PayoutWithHistory), standIn: unreadable };
  return (await listNewestFirst(store, all, userId, firstPage(limit))).rows;
}

function listing<Row extends Payout>(
  { tables }: Store<'Payouts'>,
  schema: v.GenericSchema<unknown, Row>,
) {
  const parse = (item: unknown) => parseItem(schema, item, tables.Payouts);
  return { table: tables.Payouts, sortKey: 'id', isCursor: isStoredUuid, id: 'id', parse };
}
