/** Rewards as they are stored, and the list of a user's. */
import { Reward, statusAt } from '../../reward.ts';
import { INDEXES, shardOf } from '../dynamodb/indexes.ts';
import { parseItem } from '../dynamodb/item.ts';
import { type Listed, listNewestFirst, type Page } from '../dynamodb/paging.ts';
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
export function listRewards(
  store: Store<'Rewards'>,
  userId: string,
  page: Page<Reward['status']>,
): Promise<Listed<Reward>> {
  const nowMs = store.nowMs;
  const listing = {
    table: store.tables.Rewards,
    index: INDEXES.Rewards.granted,
    sortKey: 'granted_key',
    parse: (item: unknown) => {
      const reward = parseItem(Reward, item, store.tables.Rewards);
      return { ...reward, status: statusAt(reward, nowMs) };
    },
  };
  return listNewestFirst(store, listing, userId, page);
}
