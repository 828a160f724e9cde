/** How long payouts have been waiting for the operators. */
import * as v from 'valibot';
import { PayoutWithHistory, statusSince } from '../../settlement/payout-with-history.ts';
import { INDEXES, SHARDS } from '../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog } from '../dynamodb/item.ts';
import { readPage } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { OPEN } from './payout-items.ts';

const OpenPayout = v.pick(PayoutWithHistory, ['status', 'requested_at', 'history']);
type OpenPayout = v.InferOutput<typeof OpenPayout>;

/** In whole seconds; 0 where there is none. */
export type QueueAges = { oldest_requested_s: number; oldest_processing_s: number };

/**
 * The longest time that a requested payout has been waiting for its claim, and a claimed one for
 * its end. One query of each shard reads its oldest megabyte at most, more than 1000 open payouts,
 * so that the cost has a bound; in a longer queue the oldest requested payout is still among those.
 * One that cannot be read is logged and has no age.
 */
export async function measureQueue(store: Store<'Payouts'>): Promise<QueueAges> {
  const open = (await Promise.all(SHARDS.map((shard) => oldestOpen(store, shard)))).flat();
  const nowMs = store.nowMs;
  const age = (status: OpenPayout['status']): number =>
    open
      .filter((payout) => payout.status === status)
      .map((payout) => Math.floor((nowMs - Date.parse(statusSince(payout))) / 1000))
      .reduce((longest, seconds) => Math.max(longest, seconds), 0);
  return { oldest_requested_s: age('requested'), oldest_processing_s: age('processing') };
}

async function oldestOpen(store: Store<'Payouts'>, shard: string): Promise<OpenPayout[]> {
  const table = store.tables.Payouts;
  const { items } = await readPage(store, {
    TableName: table,
    IndexName: INDEXES.Payouts.queue,
    KeyConditionExpression: '#shard = :shard AND queue_key > :open',
    ExpressionAttributeValues: { ':shard': shard, ':open': OPEN },
    ProjectionExpression: 'user_id, id, #status, requested_at, history',
    ExpressionAttributeNames: { '#shard': 'shard', '#status': 'status' },
  });
  return items
    .map((item) => readOrLog(() => parseItem(OpenPayout, item, table), idsOf(item)))
    .filter((payout) => payout !== undefined);
}
