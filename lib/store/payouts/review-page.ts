/** One shard of the payouts that need a review, of whatever status, from the index of looks. */
import { REVIEW } from '../../settlement/look.ts';
import { idsOf } from '../dynamodb/item.ts';
import { getItems } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { type ListedPayout, listed } from './payout-items.ts';
import { readBehind } from './queue.ts';

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
  const { items, last } = await readBehind(store, 'looks', shard, REVIEW + after, rows);
  // Behind them are those of which only the chain is asked.
  const keys = items.filter(({ look_key }) => String(look_key).startsWith(REVIEW));
  const ids = keys.map((key) => idsOf(key));
  const payouts = await getItems(store, 'Payouts', ids);
  const byId = new Map(payouts.map((item) => [String(item.id), item]));
  const placed = keys.map((key) => {
    const ids = idsOf(key);
    const place = String(key.look_key).slice(REVIEW.length);
    return { place, payout: listed(store, byId.get(ids.id), ids) };
  });
  return { placed, more: last !== undefined && keys.length === items.length };
}
