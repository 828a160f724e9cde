/** The Evidence table: which transfer on which chain settles which payout, so that none settles two. */
import * as v from 'valibot';
import { ApiError } from '../../../errors.ts';
import { StoredUuid } from '../../../ids.ts';
import { PositiveMicro } from '../../../money.ts';
import { txHashOn } from '../../../networks/index.ts';
import { MISMATCHES } from '../../../settlement/evidence.ts';
import type { PayoutWithHistory } from '../../../settlement/payout-with-history.ts';
import { Count } from '../../../settlement/records.ts';
import { dayOf, StoredTime } from '../../../time.ts';
import { INDEXES } from '../../dynamodb/indexes.ts';
import { parseItem } from '../../dynamodb/item.ts';
import { queryPages, queryRows } from '../../dynamodb/read.ts';
import type { Store } from '../../dynamodb/store.ts';
import type { Change } from '../apply-change.ts';

/** Keys are text, so that positions have digits before them to be in their order. */
const POSITION_DIGITS = 10;

export const EvidenceItem = v.object({
  /** `ethereum#0x…` */
  transaction: v.pipe(v.string(), v.includes('#')),
  position: v.pipe(v.string(), v.regex(/^\d{10}$/)),
  /** `ethereum#2026-11-27`, by the block's time. */
  network_day: v.pipe(v.string(), v.includes('#')),
  payout_id: StoredUuid,
  user_id: StoredUuid,
  amount_micro: PositiveMicro,
  block: Count,
  at: StoredTime,
});
export type EvidenceItem = v.InferOutput<typeof EvidenceItem>;

/** In the one spelling of its network, which payouts from before there was one may not have. */
export const transactionKey = (network: string, txHash: string): string =>
  `${network}#${txHashOn(network, txHash) ?? txHash}`;

export const positionKey = (position: number | bigint): string =>
  String(position).padStart(POSITION_DIGITS, '0');

/** The item of a payout with evidence; undefined for one without. */
export function evidenceItemOf(payout: PayoutWithHistory): EvidenceItem | undefined {
  const { network, tx_hash, evidence, id, user_id, amount_micro } = payout;
  if (tx_hash === undefined || evidence === undefined) return undefined;
  const { position, block, at } = evidence;
  return {
    transaction: transactionKey(network, tx_hash),
    position: positionKey(position),
    network_day: `${network}#${dayOf(Date.parse(at))}`,
    payout_id: id,
    user_id,
    amount_micro,
    block,
    at,
  };
}

/** The part that takes the transfer for this payout, and is refused where another one has it. */
export function evidencePart(table: string, before: PayoutWithHistory, after: PayoutWithHistory) {
  const item = before.evidence ? undefined : evidenceItemOf(after);
  return (
    item && {
      Put: {
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(#transaction) OR payout_id = :payout',
        ExpressionAttributeNames: { '#transaction': 'transaction' },
        ExpressionAttributeValues: { ':payout': item.payout_id },
      },
    }
  );
}

/**
 * The change together with the evidence that it brings. Where another payout has the transfer, it
 * throws a TransferTakenError, but for what else refuses it.
 */
export const takingEvidence = (
  { tables }: Store<'Evidence'>,
  { after, parts, refusal }: Change,
): Change => ({
  after,
  parts: (before, after) => {
    const evidence = evidencePart(tables.Evidence, before, after);
    return { ...parts?.(before, after), ...(evidence && { evidence }) };
  },
  refusal: (refused, payout) =>
    refused.evidence && !refused.account && !refused.budget
      ? new TransferTakenError()
      : refusal?.(refused, payout),
});

/** What is stored of the transaction at this moment, as it is. */
export const evidencePages = (store: Store<'Evidence'>, network: string, txHash: string) =>
  queryPages(store, {
    TableName: store.tables.Evidence,
    KeyConditionExpression: '#transaction = :transaction',
    ExpressionAttributeNames: { '#transaction': 'transaction' },
    ExpressionAttributeValues: { ':transaction': transactionKey(network, txHash) },
    ConsistentRead: true,
  });

/** What rests on the transaction at this moment. Throws where an item of it cannot be read. */
export async function evidenceIn(
  store: Store<'Evidence'>,
  network: string,
  txHash: string,
): Promise<EvidenceItem[]> {
  const found: EvidenceItem[] = [];
  for await (const items of evidencePages(store, network, txHash))
    for (const item of items) found.push(parseItem(EvidenceItem, item, store.tables.Evidence));
  return found;
}

/** The positions of the transaction on which other payouts rest. */
export async function takenPositions(
  store: Store<'Evidence'>,
  network: string,
  txHash: string,
  payoutId: string,
): Promise<(position: number) => boolean> {
  const others = (await evidenceIn(store, network, txHash)).filter(
    ({ payout_id }) => payout_id !== payoutId,
  );
  const taken = new Set(others.map(({ position }) => position));
  return (position) => taken.has(positionKey(position));
}

/** Another payout took the transfer while it was judged: what is found now is something else. */
export class TransferTakenError extends ApiError {
  constructor() {
    super('payout_evidence_mismatch', { why: 'transfer_taken' }, MISMATCHES.transfer_taken);
  }
}

/** Far more payouts than one transaction has transfers of one amount to one address. */
const ROUNDS_MAX = 20;

/** Judges anew for as long as others take the transfer, as there may be one more like it. */
export async function untilNotTaken<Result>(judge: () => Promise<Result>): Promise<Result> {
  for (let round = 1; ; round++)
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof TransferTakenError) || round === ROUNDS_MAX) throw error;
    }
}

/**
 * What the books say left on this network on this UTC day. The index may lag by moments. What cannot
 * be read is logged, and left out.
 */
export const evidenceOn = (
  store: Store<'Evidence'>,
  network: string,
  day: string,
): AsyncGenerator<EvidenceItem> =>
  queryRows(
    store,
    {
      TableName: store.tables.Evidence,
      IndexName: INDEXES.Evidence.days,
      KeyConditionExpression: 'network_day = :day',
      ExpressionAttributeValues: { ':day': `${network}#${day}` },
    },
    EvidenceItem,
    'payout_id',
  );
