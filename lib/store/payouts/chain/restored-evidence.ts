/** The Evidence table in a restore: its items follow from the payouts, and no transfer proves two. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Evidence } from '../../../settlement/evidence.ts';
import { type PayoutWithHistory, StoredPayout } from '../../../settlement/payout-with-history.ts';
import { getItem, type Item } from '../../dynamodb/read.ts';
import type { Store } from '../../dynamodb/store.ts';
import { EvidenceItem, evidenceItemOf, evidencePages } from './evidence-items.ts';

/** `was` is the live item in whose place it comes, if there is one. */
export type EvidenceWrite = { item: EvidenceItem; was: Item | undefined };

/**
 * The payout with what proves it, where that is known from these tables alone: the event of a payout
 * that was sent does not tell it. Any other is as it was.
 */
export async function withEvidence(payout: Item, stores: Store<'Evidence'>[]): Promise<Item> {
  const sent = readSent(payout);
  if (sent?.tx_hash === undefined || sent.evidence) return payout;
  for (const store of stores) {
    const evidence = await evidenceIn(store, sent, sent.tx_hash);
    if (evidence) return { ...payout, evidence };
  }
  return payout;
}

/**
 * What has to be put into the table, that it has the payout's evidence; undefined where it has, or
 * there is none. `takenBy` names another payout that has it: then one of both is wrong.
 */
export async function missingEvidence(
  store: Store<'Evidence'>,
  payout: Item,
): Promise<EvidenceWrite | { takenBy: string } | undefined> {
  const sent = readSent(payout);
  const item = sent && evidenceItemOf(sent);
  if (!item) return undefined;
  const { transaction, position, payout_id } = item;
  const was = await getItem(store, 'Evidence', { transaction, position });
  if (was === undefined) return { item, was };
  // One that does not say whose it is says nothing against it.
  if (typeof was.payout_id === 'string' && was.payout_id !== payout_id)
    return { takenBy: was.payout_id };
  return isDeepStrictEqual(was, item) ? undefined : { item, was };
}

function readSent(item: Item): PayoutWithHistory | undefined {
  const { success, output } = v.safeParse(StoredPayout, item);
  return success && output.status === 'sent' ? output : undefined;
}

async function evidenceIn(
  store: Store<'Evidence'>,
  { network, id }: PayoutWithHistory,
  txHash: string,
): Promise<Evidence | undefined> {
  for await (const items of evidencePages(store, network, txHash))
    for (const item of items) {
      const { success, output } = v.safeParse(EvidenceItem, item);
      if (success && output.payout_id === id) {
        const { position, block, at } = output;
        return { position: BigInt(position), block, at };
      }
    }
  return undefined;
}
