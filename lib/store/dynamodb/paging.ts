/** Pages of what a user has, newest first, from the sort key of a table or of a local index. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { read } from './retry.ts';
import type { Db } from './store.ts';

export type Page<Status extends string> = {
  limit: number;
  /**
   * How many matching rows to pass over first; its cost grows with it, which a cursor's does not.
   */
  offset: number;
  /** The sort key to continue after. */
  after: string | undefined;
  /** Only these statuses; undefined for all. */
  statuses: ReadonlySet<Status> | undefined;
};

/** `next` is the sort key to continue after while more rows exist. */
export type Listed<Row> = { rows: Row[]; next: string | undefined };

export type Listing<Row, Status extends string> = {
  table: string;
  /** The local index; undefined for the table itself. */
  index?: string;
  /** Its values are unique within a user, and their order is the order of making. */
  sortKey: string;
  /** Throws CorruptItemError. */
  parse: (item: Record<string, unknown>) => Row;
  status: (row: Row) => Status;
};

/**
 * Rows fetched at once for a great offset. DynamoDB refuses a Limit beyond an int32, and answers at
 * most 1 MB anyway.
 */
const ROWS_PER_QUERY_MAX = 1000;

/** Rows fetched at once when some of them will be filtered out. */
const FILTERED_ROWS = 250;

/**
 * A filtered page examines at most this many rows: it may then hold fewer than `limit` of them and
 * still name a place to continue, so that its cost does not grow with the user's history.
 */
const EXAMINED_ROWS_MAX = 1000;

/** A page of the user's rows, newest first. */
export async function listNewestFirst<Row, Status extends string>(
  db: Db,
  listing: Listing<Row, Status>,
  userId: string,
  page: Page<Status>,
  deadlineMs: number,
): Promise<Listed<Row>> {
  const rows: Row[] = [];
  if (page.statuses?.size === 0) return { rows, next: undefined };
  let { after, offset } = page;
  let examined = 0;
  for (;;) {
    // One more than wanted, because only a further row proves that there is a next page.
    const wanted = page.statuses
      ? FILTERED_ROWS
      : Math.min(offset + page.limit - rows.length + 1, ROWS_PER_QUERY_MAX);
    const { items, more } = await queryNewestFirst(db, listing, userId, after, wanted, deadlineMs);
    for (const item of items) {
      const row = listing.parse(item);
      if (!page.statuses || page.statuses.has(listing.status(row))) {
        if (rows.length === page.limit) return { rows, next: after };
        if (offset > 0) offset--;
        else rows.push(row);
      }
      after = String(item[listing.sortKey]);
      examined++;
    }
    if (!more) return { rows, next: undefined };
    if (page.statuses && offset === 0 && examined >= EXAMINED_ROWS_MAX)
      return { rows, next: after };
  }
}

/** Consistent, so that what was answered is listed at once. */
async function queryNewestFirst(
  db: Db,
  { table, index, sortKey }: Pick<Listing<unknown, string>, 'table' | 'index' | 'sortKey'>,
  userId: string,
  after: string | undefined,
  rows: number,
  deadlineMs: number,
) {
  const query = new QueryCommand({
    TableName: table,
    IndexName: index,
    KeyConditionExpression: `user_id = :user${after === undefined ? '' : ` AND ${sortKey} < :after`}`,
    ExpressionAttributeValues: { ':user': userId, ...(after !== undefined && { ':after': after }) },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: rows,
  });
  const { Items = [], LastEvaluatedKey } = await read(db, deadlineMs, (client, options) =>
    client.send(query, options),
  );
  return { items: Items, more: LastEvaluatedKey !== undefined };
}
