/** The scheduled settling: whatever may still become of a payout is asked of its chain. */
import { logError, logFailure, logInfo, logWarning } from '../../../log.ts';
import { inParallel } from '../../dynamodb/concurrency.ts';
import { INDEXES, SHARDS } from '../../dynamodb/indexes.ts';
import { queryRows } from '../../dynamodb/read.ts';
import { PayoutKey } from '../payout-items.ts';
import {
  type Looked,
  type LookStore,
  lookAt,
  type Verified,
  type Verifiers,
} from './apply-look.ts';
import { askedOnce } from './asked-once.ts';

/** Providers of nodes allow some dozens of calls a second. */
const AT_ONCE = 8;

/** What a run did, for its log line and the metrics. */
export type Settled = {
  looked: number;
  sent: number;
  died: number;
  reviews: number;
  /** Payouts of which the providers did not agree on all, and those that failed. */
  undecided: number;
  failed: number;
};

/**
 * Looks at every payout that waits for its chain, until all were looked at or the deadline has come;
 * what is left then is for the next run, a minute later. One that cannot be judged stops no other.
 * Two runs at once do no harm: each write is conditional on what was read.
 */
export async function settleByChain(store: LookStore, verifiers: Verifiers): Promise<Settled> {
  const settled: Settled = { looked: 0, sent: 0, died: 0, reviews: 0, undecided: 0, failed: 0 };
  const isOver = () => store.time.now() >= store.deadlineMs;
  // Where runs end early, it is not always the same that wait.
  const keys = shuffled(await watchedKeys(store), store.time.random);
  const asking = inThisRun(verifiers);
  await inParallel(keys, AT_ONCE, async (key) => {
    if (isOver()) return;
    try {
      const look = await lookAt(store, asking, key);
      if (look) count(settled, look);
    } catch (error) {
      if (isOver()) return;
      settled.failed++;
      logFailure(error, { id: key.id });
    }
  });
  logInfo('payouts_looked_at', settled);
  return settled;
}

const inThisRun = (verifiers: Verifiers): Verifiers =>
  Object.fromEntries(
    (Object.entries(verifiers) as [string, Verified][]).map(([network, verified]) => [
      network,
      { ...verified, chain: askedOnce(verified.chain) },
    ]),
  );

function count(settled: Settled, { before, after, undecided }: Looked): void {
  settled.looked++;
  settled.undecided += Math.sign(undecided.length);
  for (const why of undecided) logWarning('chain_undecided', { id: after.id, why });
  if (after.status === 'sent' && before.status !== 'sent') settled.sent++;
  // Stryker disable next-line ArrayDeclaration: what is looked at has attempts
  const dead = ({ attempts = [] }: Looked['after']) =>
    attempts.filter(({ state }) => state === 'dead').length;
  settled.died += dead(after) - dead(before);
  if (!after.review || after.review.why === before.review?.why) return;
  settled.reviews++;
  logError('payout_needs_review', { id: after.id, why: after.review.why });
}

/** Those that the index shows, which lags by moments: what it misses is there a minute later. */
async function watchedKeys(store: LookStore): Promise<PayoutKey[]> {
  const readShard = (shard: string) =>
    Array.fromAsync(
      queryRows(
        store,
        {
          TableName: store.tables.Payouts,
          IndexName: INDEXES.Payouts.looks,
          KeyConditionExpression: '#shard = :shard',
          ExpressionAttributeNames: { '#shard': 'shard' },
          ExpressionAttributeValues: { ':shard': shard },
        },
        PayoutKey,
      ),
    );
  return (await Promise.all(SHARDS.map(readShard))).flat();
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  const keyed = items.map((item) => ({ item, order: random() }));
  return keyed.sort((one, other) => one.order - other.order).map(({ item }) => item);
}
