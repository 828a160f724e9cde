/** Payouts with their histories, by their keys, as they are at this moment. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { Payout, type PayoutStatus, PayoutWithHistory } from '../../payout.ts';
import { parseItem } from '../dynamodb/item.ts';
import { type Listing, listNewestFirst } from '../dynamodb/paging.ts';
import { read } from '../dynamodb/retry.ts';
import type { Db } from '../dynamodb/store.ts';

export const PayoutKey = v.pick(Payout, ['user_id', 'id']);
export type PayoutKey = v.InferOutput<typeof PayoutKey>;

/** The consistent read behind `findPayout`, for callers with retries of their own. */
export const payoutGet = (table: string, { user_id, id }: PayoutKey) =>
  new GetCommand({ TableName: table, Key: { user_id, id }, ConsistentRead: true });

/** The user's payout with this id; undefined when it is nobody's or another user's. */
export async function findPayout(
  db: Db,
  table: string,
  key: PayoutKey,
  deadlineMs: number,
): Promise<PayoutWithHistory | undefined> {
  const { Item } = await read(db, deadlineMs, (client, options) =>
    client.send(payoutGet(table, key), options),
  );
  return Item && parseItem(PayoutWithHistory, Item, table);
}

/** The user's newest payouts. */
export async function lastPayouts(
  db: Db,
  table: string,
  userId: string,
  limit: number,
  deadlineMs: number,
): Promise<PayoutWithHistory[]> {
  const listing: Listing<PayoutWithHistory, PayoutStatus> = {
    table,
    sortKey: 'id',
    parse: (item) => parseItem(PayoutWithHistory, item, table),
    status: ({ status }) => status,
  };
  const page = { limit, offset: 0, after: undefined, statuses: undefined };
  return (await listNewestFirst(db, listing, userId, page, deadlineMs)).rows;
}
