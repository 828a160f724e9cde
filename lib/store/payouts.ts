/** The Payouts table: a user's payouts in the order of request, and the operators' index over them. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Payout, type PayoutStatus } from '../payouts.ts';
import type { Db } from './db.ts';
import { parseItem } from './item.ts';
import { read } from './retry.ts';

/**
 * The item of a new payout. The operators' index is spread over 16 partitions by the last hex digit of the
 * id, which is random, so that requests do not meet in one partition.
 */
export const payoutItem = (payout: Payout) => ({
  ...payout,
  shard: payout.id.slice(-1),
  queue_key: `open#${payout.id}`,
  history: [{ status: payout.status, at: payout.requested_at, by: 'user' }],
});

export type PayoutsPage = {
  limit: number;
  /** How many matching payouts to pass over first; its cost grows with it, which a cursor's does not. */
  offset: number;
  /** The id to continue after. */
  after: string | undefined;
  /** Only these statuses; undefined for all. */
  statuses: ReadonlySet<PayoutStatus> | undefined;
};

/** Rows fetched at once when some of them will be filtered out. */
const FILTERED_ROWS = 250;

/**
 * A filtered page examines at most this many rows: it may then hold fewer than `limit` payouts and still
 * name a place to continue, so that its cost does not grow with the user's history.
 */
const EXAMINED_ROWS_MAX = 1000;

/** A page of the user's payouts, newest first; `next` is the id to continue after while more rows exist. */
export async function listPayouts(
  db: Db,
  table: string,
  userId: string,
  page: PayoutsPage,
  deadlineMs: number,
): Promise<{ payouts: Payout[]; next: string | undefined }> {
  const payouts: Payout[] = [];
  if (page.statuses?.size === 0) return { payouts, next: undefined };
  let { after, offset } = page;
  let examined = 0;
  for (;;) {
    // One more than wanted, because only a further row proves that there is a next page.
    const rows = page.statuses ? FILTERED_ROWS : offset + page.limit - payouts.length + 1;
    const { items, more } = await queryNewestFirst(db, table, userId, after, rows, deadlineMs);
    for (const item of items) {
      const payout = parseItem(Payout, item, table);
      if (!page.statuses || page.statuses.has(payout.status)) {
        if (payouts.length === page.limit) return { payouts, next: after };
        if (offset > 0) offset--;
        else payouts.push(payout);
      }
      after = payout.id;
      examined++;
    }
    if (!more) return { payouts, next: undefined };
    if (page.statuses && offset === 0 && examined >= EXAMINED_ROWS_MAX) return { payouts, next: after };
  }
}

/** Consistent, so that a payout is listed as soon as its request was answered. */
async function queryNewestFirst(
  db: Db,
  table: string,
  userId: string,
  after: string | undefined,
  rows: number,
  deadlineMs: number,
) {
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': userId },
    ExclusiveStartKey: after === undefined ? undefined : { user_id: userId, id: after },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: rows,
  });
  const { Items = [], LastEvaluatedKey } = await read(db, deadlineMs, (client, options) =>
    client.send(query, options),
  );
  return { items: Items, more: LastEvaluatedKey !== undefined };
}
