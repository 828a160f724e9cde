/** Pages of what a user has, newest first, from the sort key of a table or of a local index. */
import { type Item, readPage } from './read.ts';
import type { Store } from './store.ts';

export type Page<Status extends string> = {
  limit: number;
  /** How many matching rows to pass over first; the cost grows with it, unlike a cursor's. */
  offset: number;
  /** The sort key to continue after. */
  after: string | undefined;
  /** Only these statuses; undefined for all. */
  statuses: ReadonlySet<Status> | undefined;
};

/** `next` is the sort key to continue after while more rows exist. */
export type Listed<Row> = { rows: Row[]; next: string | undefined };

export type Listing<Row> = {
  table: string;
  /** The local index; undefined for the table itself. */
  index?: string;
  /** Its values are unique within a user, and their order is the order of making. */
  sortKey: string;
  /** Throws CorruptItemError. */
  parse: (item: Item) => Row;
};

/** The first rows of a list. */
export const firstPage = (limit: number) => ({
  limit,
  offset: 0,
  after: undefined,
  statuses: undefined,
});

/** For a great offset. DynamoDB refuses a Limit beyond an int32, and answers 1 MB at most. */
const ROWS_PER_QUERY_MAX = 1000;

/** Rows fetched at once when some of them will be filtered out. */
const FILTERED_ROWS = 250;

/**
 * A filtered page examines at most this many rows: it may then hold fewer than `limit` of them and
 * still name a place to continue, so that its cost does not grow with the user's history.
 */
const EXAMINED_ROWS_MAX = 1000;

/** A page of the user's rows, newest first. */
export async function listNewestFirst<Row extends { status: string }>(
  store: Store,
  listing: Listing<Row>,
  userId: string,
  page: Page<Row['status']>,
): Promise<Listed<Row>> {
  const rows: Row[] = [];
  if (page.statuses?.size === 0) return { rows, next: undefined };
  let { after, offset } = page;
  let examined = 0;
  for (;;) {
    // One more than wanted, because only a further row proves that there is a next page.
    const wanted = page.statuses
      ? FILTERED_ROWS
      : // Stryker disable next-line ArithmeticOperator: a second query then asks for rows too many
        Math.min(offset + page.limit - rows.length + 1, ROWS_PER_QUERY_MAX);
    const { items, last } = await queryNewestFirst(store, listing, userId, after, wanted);
    for (const item of items) {
      const row = listing.parse(item);
      if (!page.statuses || page.statuses.has(row.status)) {
        if (rows.length === page.limit) return { rows, next: after };
        if (offset > 0) offset--;
        else rows.push(row);
      }
      after = String(item[listing.sortKey]);
      examined++;
    }
    if (!last) return { rows, next: undefined };
    if (page.statuses && offset === 0 && examined >= EXAMINED_ROWS_MAX)
      return { rows, next: after };
  }
}

/** Consistent, so that what was accepted is listed at once. */
function queryNewestFirst(
  store: Store,
  { table, index, sortKey }: Listing<unknown>,
  userId: string,
  after: string | undefined,
  rows: number,
) {
  return readPage(store, {
    TableName: table,
    IndexName: index,
    KeyConditionExpression:
      after === undefined ? 'user_id = :user' : `user_id = :user AND ${sortKey} < :after`,
    // Stryker disable next-line ConditionalExpression: the client leaves undefined out
    ExpressionAttributeValues: { ':user': userId, ...(after !== undefined && { ':after': after }) },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: rows,
  });
}
