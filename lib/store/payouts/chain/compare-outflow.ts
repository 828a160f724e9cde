/** The daily reconciliation of what left: by each chain itself, against the evidence of the books. */
import { CorruptItemError } from '../../../errors.ts';
import { logError, logFailure, logInfo, logWarning } from '../../../log.ts';
import { txHashOn } from '../../../networks/index.ts';
import type { Evidence } from '../../../settlement/evidence.ts';
import { type PlacedTransfer, UndecidedError } from '../../../settlement/on-chain.ts';
import { differenceOf, sumsOf } from '../../../settlement/outflow-verdict.ts';
import { DAY_MS, dayOf, rfc3339 } from '../../../time.ts';
import { inParallel } from '../../dynamodb/concurrency.ts';
import type { Store } from '../../dynamodb/store.ts';
import { findPayout } from '../payout-items.ts';
import { adoptEvidence, type SentPayout, sentSince } from './adopt-evidence.ts';
import type { Verified, Verifiers } from './apply-look.ts';
import { type EvidenceItem, evidenceIn, evidenceItemOf, evidenceOn } from './evidence-items.ts';

/** Each is looked at in as many runs, in which what was undecided or late comes right. */
const DAYS = 3;
/** Payouts are seldom paid later than this after their request. */
const REQUESTED_WITHIN_DAYS = 7;
/** After so long what happened is final on every chain, and SettleByChain has seen it. */
const FINAL_AFTER_MS = 60 * 60 * 1000;
const AT_ONCE = 8;

type OutflowStore = Store<'Payouts' | 'Evidence'>;

/**
 * Holds, for each network and each of the last whole days (UTC), what left by the chain against what
 * the books say, and logs it; and finds the evidence of what was said to be sent without any.
 * Nothing else is mended. A network whose providers do not agree is left for the next run, and one
 * that fails stops no other; gives the names of both.
 */
export async function compareOutflow(store: OutflowStore, verifiers: Verifiers): Promise<string[]> {
  const left: string[] = [];
  const sinceMs = store.nowMs - REQUESTED_WITHIN_DAYS * DAY_MS;
  const sent = await sentSince(store, rfc3339(sinceMs));
  for (const [network, verified] of Object.entries(verifiers))
    try {
      const here = sent.filter((payout) => payout.network === network);
      await reconcileNetwork(store, network, verified as Verified, here);
    } catch (error) {
      left.push(network);
      if (error instanceof UndecidedError)
        logWarning('chain_undecided', { network, why: error.message });
      else logFailure(error, { network });
    }
  return left;
}

/** The last ones that were over an hour ago. */
function wholeDays(nowMs: number): string[] {
  const lastMs = nowMs - FINAL_AFTER_MS - DAY_MS;
  return Array.from({ length: DAYS }, (_, back) => dayOf(lastMs - back * DAY_MS)).reverse();
}

async function reconcileNetwork(
  store: OutflowStore,
  network: string,
  verified: Verified,
  sent: SentPayout[],
): Promise<void> {
  const { chain, paidIn } = verified;
  const missing = await adoptAll(store, verified, sent);
  const days = wholeDays(store.nowMs);
  const transfers = await chain.transfersWithin(days[0] as string, days.at(-1) as string);
  // Read after them, so that whatever they settled is among it.
  const kept = sent.filter(({ evidence }) => evidence && days.includes(dayIn(evidence)));
  const books = await readBooks(store, network, days, [...transfers, ...kept.map(transferBy)]);
  // What goes from one of ours to another has not left, unless a payout rests on it.
  const left = transfers.filter(
    (transfer) => !paidIn.senders.includes(transfer.to) || books.has(placeOf(transfer)),
  );
  missing.push(...(await missingFromChain(store, network, verified, books, left)));
  for (const payout of kept)
    if (books.get(placeOf(transferBy(payout)))?.payout_id !== payout.id)
      missing.push({ ...transferBy(payout), why: 'not_kept' });

  for (const { at: _, ...fields } of missing) logError('evidence_missing', { network, ...fields });
  for (const day of days) {
    const isOfDay = (one: { at?: string }) => one.at?.startsWith(day);
    const ofDay = left.filter(isOfDay);
    const unexplained = ofDay.filter((transfer) => !books.has(placeOf(transfer)));
    for (const { transaction, position, units: exact } of unexplained) {
      const units = String(exact);
      logError('outflow_unexplained', { network, day, transaction, position, units });
    }
    logInfo('outflow_reconciled', {
      ...{ network, day, transfers: ofDay.length, unexplained: unexplained.length },
      missing: missing.filter(isOfDay).length,
      ...sumsOf(ofDay, [...books.values()].filter(isOfDay), paidIn.decimals),
    });
  }
}

type Place = { transaction: string; position?: number };
/** Why the payout of this id does not rest on this transfer of the chain, as the books say. */
type Missing = Place & { id: string; why: string; at?: string };

const placeOf = ({ transaction, position }: Place): string => `${transaction} ${position}`;

/** Whatever the network, its key has one sign before the hash that no name of a network has. */
const placeOfItem = ({ transaction, position }: EvidenceItem) => ({
  transaction: transaction.slice(transaction.indexOf('#') + 1),
  position: Number(position),
});

const dayIn = ({ at }: Evidence): string => dayOf(Date.parse(at));

/** What the payout says of itself to rest on. */
const transferBy = ({ id, network, tx_hash, evidence }: SentPayout) => ({
  id,
  transaction: txHashOn(network, tx_hash) ?? tx_hash,
  ...(evidence && { position: Number(evidence.position), at: evidence.at }),
});

/** What is said to be sent and has not become final in this time will hardly do so any more. */
async function adoptAll(
  store: OutflowStore,
  verified: Verified,
  sent: SentPayout[],
): Promise<Missing[]> {
  const missing: Missing[] = [];
  const longAgo = rfc3339(store.nowMs - FINAL_AFTER_MS);
  for (const payout of sent) {
    if (payout.evidence || payout.completed_at > longAgo) continue;
    const why = await adoptEvidence(store, verified, payout);
    if (why) missing.push({ ...transferBy(payout), why });
  }
  return missing;
}

/**
 * The evidence of these days by the place of its transfer. The index of days may lag, so what it does
 * not show of these transfers is asked of the table itself.
 */
async function readBooks(
  store: OutflowStore,
  network: string,
  days: string[],
  transfers: Place[],
): Promise<Map<string, EvidenceItem>> {
  const books = new Map<string, EvidenceItem>();
  const add = (item: EvidenceItem) => books.set(placeOf(placeOfItem(item)), item);
  for (const day of days) for await (const item of evidenceOn(store, network, day)) add(item);
  const unlisted = transfers.filter((transfer) => !books.has(placeOf(transfer)));
  const hashes = new Set(unlisted.map(({ transaction }) => transaction));
  for (const txHash of hashes) {
    const ids = { network, transaction: txHash };
    const items = await unlessCorrupt(evidenceIn(store, network, txHash), ids);
    items?.forEach(add);
  }
  return books;
}

/** Undefined for what cannot be read, which is logged: all else is compared nevertheless. */
async function unlessCorrupt<Found>(
  reading: Promise<Found>,
  ids: { network: string; transaction: string },
): Promise<Found | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof CorruptItemError)) throw error;
    logFailure(error, ids);
    return undefined;
  }
}

/** Evidence that the chain does not have any more, or has otherwise. */
async function missingFromChain(
  store: OutflowStore,
  network: string,
  { chain, paidIn }: Verified,
  books: ReadonlyMap<string, EvidenceItem>,
  left: readonly PlacedTransfer[],
): Promise<Missing[]> {
  const missing: Missing[] = [];
  const listed = new Map(left.map((transfer) => [placeOf(transfer), transfer]));
  /** One that is not in the list may be of a sender that is ours no more. */
  const unlisted = async ({ transaction, position }: ReturnType<typeof placeOfItem>) => {
    const sighting = await chain.sightingOf(transaction);
    if (sighting.is !== 'final') return undefined;
    const { block, at, transfers } = sighting.transaction;
    const transfer = transfers.find((each) => each.position === position);
    return transfer && { ...transfer, transaction, block, at };
  };
  await inParallel([...books], AT_ONCE, async ([place, item]) => {
    const { payout_id: id, user_id, at } = item;
    const where = placeOfItem(item);
    // Nothing that can be read rests on the evidence of a payout that cannot.
    const ids = { network, transaction: where.transaction };
    const payout = await unlessCorrupt(findPayout(store, { user_id, id }), ids);
    const rests = payout?.status === 'sent' ? evidenceItemOf(payout) : undefined;
    const isItsOwn = rests?.transaction === item.transaction && rests.position === item.position;
    const transfer = listed.get(place) ?? (await unlisted(where));
    const why = differenceOf(item, isItsOwn ? payout : undefined, transfer, paidIn);
    if (why) missing.push({ id, ...where, why, at });
  });
  return missing;
}
