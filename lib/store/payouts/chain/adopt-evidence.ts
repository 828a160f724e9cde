/** Finds payouts that were said to be sent before anybody asked their chain, and their evidence. */
import * as v from 'valibot';
import { firstIdAt } from '../../../ids.ts';
import { txHashOn } from '../../../networks/index.ts';
import { type Mismatch, matchOf } from '../../../settlement/evidence.ts';
import { evidenceOf } from '../../../settlement/look.ts';
import { PayoutWithHistory } from '../../../settlement/payout-with-history.ts';
import { INDEXES, SHARDS } from '../../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog } from '../../dynamodb/item.ts';
import { queryPages } from '../../dynamodb/read.ts';
import type { Store } from '../../dynamodb/store.ts';
import { applyChange } from '../apply-change.ts';
import { DONE } from '../payout-items.ts';
import type { Verified } from './apply-look.ts';
import {
  evidencePart,
  TransferTakenError,
  takenPositions,
  untilNotTaken,
} from './evidence-items.ts';

const SentPayout = v.object({
  ...v.pick(PayoutWithHistory, ['id', 'user_id', 'network', 'address', 'amount_micro', 'evidence'])
    .entries,
  tx_hash: v.string(),
  completed_at: v.string(),
});
export type SentPayout = v.InferOutput<typeof SentPayout>;

/** Sorts behind every id, which is of hex digits. */
const BEHIND_ALL = 'g';

/** All that are sent of those requested since then (RFC 3339), as the index of the queue shows it. */
export async function sentSince(store: Store<'Payouts'>, since: string): Promise<SentPayout[]> {
  const sent: SentPayout[] = [];
  const table = store.tables.Payouts;
  const readShard = async (shard: string) => {
    const pages = queryPages(store, {
      TableName: table,
      IndexName: INDEXES.Payouts.queue,
      KeyConditionExpression: '#shard = :shard AND queue_key BETWEEN :first AND :last',
      FilterExpression: '#status = :sent',
      ExpressionAttributeNames: { '#shard': 'shard', '#status': 'status' },
      ExpressionAttributeValues: {
        ...{ ':shard': shard, ':sent': 'sent' },
        ...{ ':first': DONE + firstIdAt(since), ':last': DONE + BEHIND_ALL },
      },
    });
    for await (const items of pages)
      for (const item of items) {
        const payout = readOrLog(() => parseItem(SentPayout, item, table), idsOf(item));
        if (payout) sent.push(payout);
      }
  };
  await Promise.all(SHARDS.map(readShard));
  return sent;
}

/**
 * Looks at the transaction by which the payout was said to be sent, and writes its evidence beside
 * it, whoever said so. Gives why there is none; undefined where there is. Throws an UndecidedError
 * where the providers do not agree, and as `applyChange` does.
 */
export async function adoptEvidence(
  store: Store<'Payouts' | 'Evidence'>,
  { chain, paidIn }: Verified,
  payout: SentPayout,
): Promise<Mismatch | 'not_final' | undefined> {
  const { id, network, tx_hash } = payout;
  const txHash = txHashOn(network, tx_hash);
  const sighting = txHash === undefined ? undefined : await chain.sightingOf(txHash);
  if (sighting?.is !== 'final') return 'not_final';
  const { transaction } = sighting;
  return untilNotTaken(async () => {
    const isTaken = await takenPositions(store, network, transaction.id, id);
    const match = matchOf(transaction, payout, paidIn, isTaken);
    if ('mismatch' in match) return match.mismatch;
    const evidence = evidenceOf(transaction, match.transfer);
    await applyChange(store, payout, {
      after: (current) =>
        current.tx_hash === tx_hash && !current.evidence ? { ...current, evidence } : current,
      parts: (before, after) => {
        const part = evidencePart(store.tables.Evidence, before, after);
        return part ? { evidence: part } : {};
      },
      refusal: ({ evidence }) => (evidence ? new TransferTakenError() : undefined),
    });
    return undefined;
  });
}
