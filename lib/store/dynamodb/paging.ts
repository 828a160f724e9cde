/** Pages of what a user has, newest first, from the sort key of a table or of a local index. */
import { idsOf, readOrLog } from './item.ts';
import { type Item, readPage } from './read.ts';
import type { Store } from './store.ts';

export type Page<Status extends string> = {
  limit: number;
  /**
   * How many matching rows to pass over first; the cost grows with it, unlike a cursor's. Whoever
   * names one, be it zero, goes on by adding `limit` to it. So the page is filled while there are
   * rows, whatever it takes to find them: those that it left out would be in no other.
   */
  offset: number | undefined;
  /** The sort key to continue after. */
  after: string | undefined;
  /** Only these statuses; undefined for all. */
  statuses: ReadonlySet<Status> | undefined;
};

/** `next` is the sort key to continue after while more rows exist. */
export type Listed<Row> = { rows: Row[]; next: string | undefined };

export type Listing<Row, StandIn = never> = {
  table: string;
  /** The local index; undefined for the table itself. */
  index?: string;
  /** Its values are unique within a user, and their order is the order of making. */
  sortKey: string;
  /** Whether a cursor can hold this sort key. Those of all rows that can be read are such. */
  isCursor: (key: string) => boolean;
  /** The attribute with the item's own id. */
  id: string;
  /** Throws CorruptItemError. */
  parse: (item: Item) => Row;
  /** What is shown for an item that cannot be read; without it, such an item is left out. */
  standIn?: (ids: { id: string; user_id: string }) => StandIn;
};

/** The first rows of a list. */
export const firstPage = (limit: number) => ({
  limit,
  offset: undefined,
  after: undefined,
  statuses: undefined,
});

/** Of one query. DynamoDB refuses a Limit beyond an int32, and answers 1 MB at most. */
const ROWS_PER_QUERY_MAX = 1000;

/** Rows fetched at once, at least, when some of them are left out. */
const FILTERED_ROWS = 250;

/**
 * A filtered page without an offset examines at most this many rows: it may then hold fewer than
 * `limit` of them and still name a place to continue, so that its cost does not grow with the
 * user's history.
 */
const EXAMINED_ROWS_MAX = 1000;

/**
 * A page of the user's rows, newest first. A row that cannot be read is logged and passed over, or
 * has its stand-in.
 */
export async function listNewestFirst<Row extends { status: string }, StandIn = never>(
  store: Store,
  listing: Listing<Row, StandIn>,
  userId: string,
  page: Page<Row['status']>,
): Promise<Listed<Row | StandIn>> {
  const rows: (Row | StandIn)[] = [];
  if (page.statuses?.size === 0) return { rows, next: undefined };
  const examinedMax = page.statuses && page.offset === undefined ? EXAMINED_ROWS_MAX : Infinity;
  let { after, offset = 0 } = page;
  let next = after;
  let examined = 0;
  let isLeavingOut = page.statuses !== undefined;
  for (;;) {
    // One more than wanted, because only a further row proves that there is a next page.
    // Stryker disable next-line ArithmeticOperator: a second query then asks for rows too many
    const wanted = Math.min(offset + page.limit - rows.length + 1, ROWS_PER_QUERY_MAX);
    const fetched = isLeavingOut ? Math.max(wanted, FILTERED_ROWS) : wanted;
    const { items, last } = await queryNewestFirst(store, listing, userId, after, fetched);
    for (const item of items) {
      const { row, isUnreadable } = rowOf(listing, item, page.statuses);
      isLeavingOut ||= isUnreadable;
      if (row !== undefined) {
        if (rows.length === page.limit) return { rows, next };
        if (offset > 0) offset--;
        else rows.push(row);
      }
      after = String(item[listing.sortKey]);
      if (listing.isCursor(after)) next = after;
      examined++;
    }
    if (!last) return { rows, next: undefined };
    // Where nothing led on, the same page would come again.
    const leadsOn = next !== page.after;
    if (examined >= examinedMax && leadsOn) return { rows, next };
  }
}

/** The item's row, if it has one and it is among the statuses. */
function rowOf<Row extends { status: string }, StandIn>(
  { id, parse, standIn }: Listing<Row, StandIn>,
  item: Item,
  statuses: ReadonlySet<Row['status']> | undefined,
): { row: Row | StandIn | undefined; isUnreadable: boolean } {
  const ids = idsOf(item, id);
  const row = readOrLog(() => parse(item), ids);
  if (row === undefined) return { row: standIn?.(ids), isUnreadable: true };
  return { row: !statuses || statuses.has(row.status) ? row : undefined, isUnreadable: false };
}

/** Consistent, so that what was accepted is listed at once. */
function queryNewestFirst(
  store: Store,
  { table, index, sortKey }: Pick<Listing<unknown>, 'table' | 'index' | 'sortKey'>,
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
