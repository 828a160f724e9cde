/** The operators' list of what waits, a page at a time. */
import { firstIdAt, isStoredUuid } from '../../ids.ts';
import type { PayoutStatus } from '../../payout.ts';
import { SHARDS } from '../dynamodb/indexes.ts';
import { idsOf } from '../dynamodb/item.ts';
import type { Store } from '../dynamodb/store.ts';
import { type ListedPayout, listed, OPEN } from './payout-items.ts';
import { readBehind } from './queue.ts';
import { type Placed, queryReviews, type ShardPage } from './review-page.ts';

/** Twice a shard's share of the page and some, so that chance rarely asks for a second round. */
export const rowsOfAShard = (limit: number): number => Math.ceil((2 * limit) / SHARDS.length) + 8;

/** What is asked for: a payout is listed when it is all of it. */
export type QueueFilter = {
  /** Any that is open, or any at all where a review is asked for. */
  status?: PayoutStatus | undefined;
  network?: string | undefined;
  /** Claimed by this operator (an ARN). */
  claimedBy?: string | undefined;
  /** Somebody has to look at it. */
  needsReview?: boolean;
  minMicro?: bigint | undefined;
  maxMicro?: bigint | undefined;
  /** Asked for before this moment (RFC 3339, UTC). */
  requestedBefore?: string | undefined;
};

export type QueuePage = QueueFilter & {
  limit: number;
  /** The id to continue after. */
  after?: string | undefined;
};

/** A page ends after so many rounds, each a query of every shard, however few payouts it has. */
const ROUNDS_MAX = 5;

// Stryker disable next-line EqualityOperator: two in one place may come in either order
const byPlace = (one: Placed, other: Placed): number => (one.place < other.place ? -1 : 1);

/**
 * The open payouts that fit the filter, or where a review is asked for, those of whatever status that
 * need one (review-page.ts); oldest first. `next` is the id to continue after while more may exist.
 * Ids are in the order of request and each shard is read in that order, so all is known up to where
 * the slowest shard has come.
 *
 * Those that cannot be read come too, as each may have any status. Where a network, amounts or a
 * claimant are asked for they do not: whoever goes on to pay what is listed asks so, and nobody can
 * say that it is theirs. The totals (totals.ts) count each.
 *
 * A cursor holds an id. A corrupt payout whose place in the index is none can end no page: it does
 * not count towards the limit, and comes with the one after it.
 */
export async function listQueue(
  store: Store<'Payouts'>,
  { limit, after = '', ...filter }: QueuePage,
): Promise<{ payouts: ListedPayout[]; next: string | undefined }> {
  const rows = rowsOfAShard(limit);
  const end = filter.requestedBefore && firstIdAt(filter.requestedBefore);
  const isIn = ({ place }: Placed): boolean => end === undefined || place < end;
  const found: Placed[] = [];
  const query = filter.needsReview ? queryReviews : queryOpen;
  let unread = SHARDS.map((shard) => ({ shard, after, lastId: after }));
  for (let round = 1; ; round++) {
    const parts = await Promise.all(
      unread.map(async ({ shard, after, lastId }) => {
        const { placed, more } = await query(store, shard, after, rows);
        const inside = placed.filter(isIn);
        found.push(...inside.filter(({ payout }) => mayFit(filter, payout)));
        const last = placed.at(-1)?.place ?? after;
        const lastIdHere = placed.findLast(({ place }) => isStoredUuid(place))?.place ?? lastId;
        // What follows is younger still.
        return more && inside.length === placed.length
          ? [{ shard, after: last, lastId: lastIdHere }]
          : [];
      }),
    );
    unread = parts.flat();
    const knownUpTo = unread.map(({ lastId }) => lastId).sort()[0];
    const known = found
      .filter(({ place }) => knownUpTo === undefined || place <= knownUpTo)
      .sort(byPlace);
    const page = (rowsOfPage: Placed[], next: string | undefined) => {
      return { payouts: rowsOfPage.map(({ payout }) => payout), next };
    };
    const lastOnPage = known.filter(({ place }) => isStoredUuid(place))[limit - 1];
    if (lastOnPage) {
      const length = known.indexOf(lastOnPage) + 1;
      // Only one more than wanted proves that there is a next page.
      if (known.length > length) return page(known.slice(0, length), lastOnPage.place);
    }
    // Stryker disable next-line ConditionalExpression: more rounds then find the same
    if (knownUpTo === undefined) return page(known, undefined);
    // Where nothing led on, the same page would come again.
    if (round >= ROUNDS_MAX && knownUpTo !== after) return page(known, knownUpTo);
  }
}

function mayFit(filter: QueueFilter, payout: ListedPayout): boolean {
  const { status, network, claimedBy, needsReview, minMicro, maxMicro } = filter;
  if ('unreadable' in payout)
    return [network, claimedBy, minMicro, maxMicro].every((wanted) => wanted === undefined);
  const { amount_micro, history, review } = payout;
  return (
    (status === undefined || payout.status === status) &&
    (network === undefined || payout.network === network) &&
    (claimedBy === undefined ||
      (payout.status === 'processing' && history.at(-1)?.by === claimedBy)) &&
    (!needsReview || review !== undefined) &&
    (minMicro === undefined || amount_micro >= minMicro) &&
    (maxMicro === undefined || amount_micro <= maxMicro)
  );
}

async function queryOpen(
  store: Store<'Payouts'>,
  shard: string,
  after: string,
  rows: number,
): Promise<ShardPage> {
  // Nothing sorts after the open ones.
  const { items, last } = await readBehind(store, 'queue', shard, OPEN + after, rows);
  const placed = items.map((item) => ({
    place: String(item.queue_key).slice(OPEN.length),
    payout: listed(store, item, idsOf(item)),
  }));
  return { placed, more: last !== undefined };
}
