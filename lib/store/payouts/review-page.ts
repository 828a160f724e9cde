/** One shard of the payouts that need a review, of whatever status, from the index of looks. */
import { REVIEW } from '../../settlement/look.ts';
import { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import { INDEXES } from '../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog, unreadable } from '../dynamodb/item.ts';
import { getItem, readPage } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import type { ListedPayout } from './payout-items.ts';

/** A payout and what its key in an index says after the first `#`: its id, unless it is corrupt. */
export type Placed = { place: string; payout: ListedPayout };

/** What one shard has of a page, and whether there is more behind it. */
export type ShardPage = { placed: Placed[]; more: boolean };

/**
 * Those behind `after`, oldest first. The index holds keys alone and lags by moments, so that each
 * payout is read as it is now, whose review may be over.
 */
export async function queryReviews(
  store: Store<'Payouts'>,
  shard: string,
  after: string,
  rows: number,
): Promise<ShardPage> {
  const table = store.tables.Payouts;
  const { items, last } = await readPage(store, {
    TableName: table,
    IndexName: INDEXES.Payouts.looks,
    KeyConditionExpression: '#shard = :shard AND look_key > :after',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard, ':after': REVIEW + after },
    Limit: rows,
  });
  // Behind them are those of which only the chain is asked.
  const keys = items.filter(({ look_key }) => String(look_key).startsWith(REVIEW));
  const placed: Placed[] = [];
  // One after the other, since all shards are read at once.
  for (const key of keys) {
    const ids = idsOf(key);
    const item = await getItem(store, 'Payouts', ids);
    const payout = readOrLog(() => parseItem(PayoutWithHistory, item, table), ids);
    const place = String(key.look_key).slice(REVIEW.length);
    placed.push({ place, payout: payout ?? unreadable(ids) });
  }
  return { placed, more: last !== undefined && keys.length === items.length };
}
