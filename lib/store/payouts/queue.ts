/**
 * The operators' index over the Payouts table. It follows the table by some milliseconds and never
 * promises to have caught up: it may still list a payout as requested that was just claimed (the
 * next claim is then refused), and miss for a moment one that was just requested. So nothing is
 * ever decided from what the index says of a payout.
 */
import { ApiError } from '../../errors.ts';
import { mayBeOurs } from '../../ids.ts';
import type { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import { INDEXES, shardOf } from '../dynamodb/indexes.ts';
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

/** A page of one shard of an index, behind this key of it. */
export const readBehind = (
  store: Store<'Payouts'>,
  index: keyof typeof KEYS,
  shard: string,
  behind: string,
  rows: number,
) =>
  readPage(store, {
    TableName: store.tables.Payouts,
    IndexName: INDEXES.Payouts[index],
    KeyConditionExpression: `#shard = :shard AND ${KEYS[index]} > :after`,
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard, ':after': behind },
    Limit: rows,
  });

const KEYS = { queue: 'queue_key', looks: 'look_key' } as const;
