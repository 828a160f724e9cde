/** Rewards as they are stored, and the list of a user's. */
import * as v from 'valibot';
import { GrantedKey, Reward, statusAt } from '../../reward.ts';
import { INDEXES, shardOf } from '../dynamodb/indexes.ts';
import { parseItem, type UnreadableItem, unreadable } from '../dynamodb/item.ts';
import { firstPage, type Listed, listNewestFirst, type Page } from '../dynamodb/paging.ts';
import type { Store } from '../dynamodb/store.ts';

/** The item of a reward. Only a pending one has the attributes of the sparse indexes. */
export const rewardItem = (reward: Reward) => ({
  ...reward,
  granted_key: `${reward.granted_at}#${reward.reward_id}`,
  ...(reward.status === 'pending' && {
    pending_until: reward.unlocks_at,
    due_shard: shardOf(reward.user_id),
  }),
});

/**
 * A page of the user's rewards, newest first by the time of the grant, with their status as of now,
 * which is also what `page.statuses` chooses by. `next` is the sort key to continue after.
 */
export const listRewards = (
  store: Store<'Rewards'>,
  userId: string,
  page: Page<Reward['status']>,
): Promise<Listed<Reward>> => listNewestFirst(store, listing(store), userId, page);

/** The user's newest rewards, as operators see them. */
export async function lastRewards(
  store: Store<'Rewards'>,
  userId: string,
  limit: number,
): Promise<(Reward | UnreadableItem)[]> {
  const all = { ...listing(store), standIn: unreadable };
  return (await listNewestFirst(store, all, userId, firstPage(limit))).rows;
}

const listing = ({ tables, nowMs }: Store<'Rewards'>) => ({
  table: tables.Rewards,
  index: INDEXES.Rewards.granted,
  sortKey: 'granted_key',
  isCursor: (key: string) => v.is(GrantedKey, key),
  id: 'reward_id',
  parse: (item: unknown): Reward => {
    const reward = parseItem(Reward, item, tables.Rewards);
    return { ...reward, status: statusAt(reward, nowMs) };
  },
});
