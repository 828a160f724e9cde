/**
 * The Payouts table: a user's payouts in the order of request, and the operators' index over them.
 */
import { OWNER, Payout, type PayoutStatus } from '../../payout.ts';
import { parseItem } from '../dynamodb/item.ts';
import { type Listing, listNewestFirst, type Page } from '../dynamodb/paging.ts';
import type { Db } from '../dynamodb/store.ts';

/**
 * Global index (shard, queue_key) for the operators: the open payouts, oldest first, and every
 * payout by its id.
 */
export const QUEUE_INDEX = 'queue';

/**
 * The index is spread over 16 partitions by the last hex digit of the id, which is random, so that
 * requests do not meet in one partition.
 */
export const QUEUE_SHARDS = [...'0123456789abcdef'];
export const shardOf = (id: string): string => id.slice(-1);

/** Sorts before every `open#` and after every `done#` key. */
export const OPEN = 'open#';
export const DONE = 'done#';

/** The item of a new payout. */
export const payoutItem = (payout: Payout) => ({
  ...payout,
  shard: shardOf(payout.id),
  queue_key: OPEN + payout.id,
  history: [{ status: payout.status, at: payout.requested_at, by: OWNER }],
});

export type PayoutsPage = Page<PayoutStatus>;

/**
 * A page of the user's payouts, newest first; `next` is the id to continue after while more rows
 * exist.
 */
export async function listPayouts(
  db: Db,
  table: string,
  userId: string,
  page: PayoutsPage,
  deadlineMs: number,
): Promise<{ payouts: Payout[]; next: string | undefined }> {
  const listing: Listing<Payout, PayoutStatus> = {
    table,
    sortKey: 'id',
    parse: (item) => parseItem(Payout, item, table),
    status: ({ status }) => status,
  };
  const { rows, next } = await listNewestFirst(db, listing, userId, page, deadlineMs);
  return { payouts: rows, next };
}
