/**
 * The operators' index over the Payouts table. It follows the table by some milliseconds and never
 * promises to have caught up: it may still list a payout as requested that was just claimed (the
 * next claim is then refused), and miss for a moment one that was just requested. So nothing is
 * ever decided from what the index says of a payout.
 */
import { ApiError } from '../../errors.ts';
import { mayBeOurs } from '../../ids.ts';
import { type PayoutStatus, PayoutWithHistory } from '../../payout.ts';
import { INDEXES, SHARDS, shardOf } from '../dynamodb/indexes.ts';
import { parseItem } from '../dynamodb/item.ts';
import { readPage } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { DONE, findPayout, OPEN, PayoutKey } from './payout-items.ts';

/** The payout with this id, whoever owns it, at this moment. Throws as `findKey` does. */
export async function findById(store: Store<'Payouts'>, id: string): Promise<PayoutWithHistory> {
  const payout = await findPayout(store, await findKey(store, id));
  if (!payout) throw new ApiError('payout_not_found');
  return payout;
}

/**
 * The key of the payout with this id, whatever its state. Throws `payout_not_found` for an id that
 * none can have. Any other may be one that the index has not got yet, or that is on its way from one
 * key of the index to the other: what is in neither until the deadline is unknown, an Error.
 */
export async function findKey(store: Store<'Payouts'>, id: string): Promise<PayoutKey> {
  if (!mayBeOurs(id)) throw new ApiError('payout_not_found');
  for await (const _ of attempts(store)) {
    const keys = await Promise.all([OPEN, DONE].map((state) => keyOf(store, state + id)));
    const key = keys.find((found) => found !== undefined);
    if (key) return key;
  }
  throw new Error(`the index did not show ${id} until the deadline`);
}

async function keyOf(store: Store<'Payouts'>, queueKey: string): Promise<PayoutKey | undefined> {
  const table = store.tables.Payouts;
  const { items } = await readPage(store, {
    TableName: table,
    IndexName: INDEXES.Payouts.queue,
    KeyConditionExpression: '#shard = :shard AND queue_key = :key',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shardOf(queueKey), ':key': queueKey },
    ProjectionExpression: 'user_id, id',
  });
  const [item] = items;
  return item && parseItem(PayoutKey, item, table);
}

export type QueuePage = {
  status: PayoutStatus;
  limit: number;
  /** The id to continue after. */
  after: string | undefined;
};

// Stryker disable next-line EqualityOperator: no two payouts have one id
const inOrderOfIds = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);

/** A page ends after so many rounds, each a query of every shard, however few payouts it has. */
const ROUNDS_MAX = 5;

/**
 * The open payouts of one status, oldest first; `next` is the id to continue after while more may
 * exist. Ids are in the order of request and each shard is read in that order, so all is known up
 * to where the slowest shard has come.
 */
export async function listQueue(
  store: Store<'Payouts'>,
  { status, limit, after }: QueuePage,
): Promise<{ payouts: PayoutWithHistory[]; next: string | undefined }> {
  // Twice a shard's share of the page and some, so that chance rarely asks for a second round.
  const rows = Math.ceil((2 * limit) / SHARDS.length) + 8;
  const found: PayoutWithHistory[] = [];
  let unread = SHARDS.map((shard) => ({ shard, after: after ?? '' }));
  for (let round = 1; ; round++) {
    const parts = await Promise.all(
      unread.map(async (place) => {
        const { payouts, more } = await queryOpen(store, place, rows);
        found.push(...payouts.filter((payout) => payout.status === status));
        return more ? [{ shard: place.shard, after: payouts.at(-1)?.id ?? place.after }] : [];
      }),
    );
    unread = parts.flat();
    const knownUpTo = unread.map((place) => place.after).sort()[0];
    const known = found
      .filter(({ id }) => knownUpTo === undefined || id <= knownUpTo)
      .sort(inOrderOfIds);
    // Only one more than wanted proves that there is a next page.
    // Stryker disable next-line OptionalChaining: a longer list has a payout at the limit
    if (known.length > limit) return { payouts: known.slice(0, limit), next: known[limit - 1]?.id };
    // Stryker disable next-line ConditionalExpression: more rounds then find the same
    if (knownUpTo === undefined || round === ROUNDS_MAX) return { payouts: known, next: knownUpTo };
  }
}

async function queryOpen(
  store: Store<'Payouts'>,
  { shard, after }: { shard: string; after: string },
  rows: number,
): Promise<{ payouts: PayoutWithHistory[]; more: boolean }> {
  const table = store.tables.Payouts;
  const { items, last } = await readPage(store, {
    TableName: table,
    IndexName: INDEXES.Payouts.queue,
    // Nothing sorts after the open ones.
    KeyConditionExpression: '#shard = :shard AND queue_key > :after',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard, ':after': OPEN + after },
    Limit: rows,
  });
  const payouts = items.map((item) => parseItem(PayoutWithHistory, item, table));
  return { payouts, more: last !== undefined };
}
