/** What waits for the operators, summed up by network and status. */
import * as v from 'valibot';
import { isOpen, type Payout } from '../../payout.ts';
import { PayoutWithHistory, statusSince } from '../../settlement/payout-with-history.ts';
import { INDEXES, SHARDS } from '../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog } from '../dynamodb/item.ts';
import { type Item, readPage } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { OPEN } from './payout-items.ts';

const Counted = v.pick(PayoutWithHistory, [
  ...(['network', 'status', 'amount_micro', 'requested_at', 'history'] as const),
]);
type Counted = v.InferOutput<typeof Counted>;

/** Of a network and a status; the oldest has had this status since then, for so many seconds. */
export type Total = {
  network: string;
  status: Payout['status'];
  count: number;
  sum_micro: bigint;
  oldest_since: string;
  oldest_s: number;
};

/** `unreadable` counts what no total has; what else is in the queue is in none unless complete. */
export type Totals = { totals: Total[]; unreadable: number; is_complete: boolean };

/**
 * The totals of all open payouts, by network and status. Every shard is read to its end, or until
 * too little time is left for one more attempt: then what was read is told, as not complete. One
 * that cannot be read is logged and counted. The index follows by some milliseconds.
 */
export async function sumUpQueue(store: Store<'Payouts'>): Promise<Totals> {
  const totals = new Map<string, Total>();
  let unreadable = 0;
  const add = (item: Item) => {
    const read = () => parseItem(Counted, item, store.tables.Payouts);
    const payout = readOrLog(read, idsOf(item));
    if (payout === undefined) unreadable++;
    else if (isOpen(payout.status)) addTo(totals, payout, store.nowMs);
  };
  const isDone = await Promise.all(SHARDS.map((shard) => readShard(store, shard, add)));
  return {
    totals: [...totals.entries()].sort(byKey).map(([, total]) => total),
    unreadable,
    is_complete: isDone.every(Boolean),
  };
}

function addTo(totals: Map<string, Total>, payout: Counted, nowMs: number): void {
  const { network, status, amount_micro } = payout;
  const since = statusSince(payout);
  const key = `${network} ${status}`;
  const { count = 0, sum_micro = 0n, oldest_since = since } = totals.get(key) ?? {};
  // Stryker disable next-line EqualityOperator: of the same moment either is the oldest
  const oldest = since < oldest_since ? since : oldest_since;
  totals.set(key, {
    network,
    status,
    count: count + 1,
    sum_micro: sum_micro + amount_micro,
    oldest_since: oldest,
    // Clocks differ: what was dated by another one may lie ahead of this one.
    oldest_s: Math.max(0, Math.floor((nowMs - Date.parse(oldest)) / 1000)),
  });
}

// Stryker disable next-line EqualityOperator: each key is there once
const byKey = ([one]: [string, Total], [other]: [string, Total]) => (one < other ? -1 : 1);

/** Whether all open payouts of the shard were read before time was over. */
async function readShard(
  store: Store<'Payouts'>,
  shard: string,
  add: (item: Item) => void,
): Promise<boolean> {
  const isLate = () => store.time.now() + store.attemptTimeoutMs >= store.deadlineMs;
  let from: Item | undefined;
  do {
    if (isLate()) return false;
    const page = await readOpen(store, shard, from).catch((error: unknown) => {
      // What failed until time was over has told nothing of the shard; any other failure is one.
      if (isLate()) return undefined;
      throw error;
    });
    if (page === undefined) return false;
    for (const item of page.items) add(item);
    from = page.last;
  } while (from);
  return true;
}

const readOpen = (store: Store<'Payouts'>, shard: string, from: Item | undefined) =>
  readPage(store, {
    TableName: store.tables.Payouts,
    IndexName: INDEXES.Payouts.queue,
    KeyConditionExpression: '#shard = :shard AND queue_key > :open',
    ExpressionAttributeValues: { ':shard': shard, ':open': OPEN },
    ProjectionExpression: 'user_id, id, #network, #status, amount_micro, requested_at, #history',
    ExpressionAttributeNames: {
      '#shard': 'shard',
      '#network': 'network',
      '#status': 'status',
      '#history': 'history',
    },
    ExclusiveStartKey: from,
  });
