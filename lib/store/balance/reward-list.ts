/** The list of a user's rewards, newest first by the time of the grant. */
import { Reward, type RewardStatus, statusAt } from '../../reward.ts';
import { parseItem } from '../dynamodb/item.ts';
import { type Listing, listNewestFirst, type Page } from '../dynamodb/paging.ts';
import type { Db } from '../dynamodb/store.ts';
import { GRANTED_INDEX } from './reward-items.ts';

export type RewardsPage = Page<RewardStatus>;

/**
 * A page of the user's rewards with their status as of now, which is also what `page.statuses`
 * chooses by. `next` is the sort key to continue after while more rows exist.
 */
export async function listRewards(
  db: Db,
  table: string,
  userId: string,
  page: RewardsPage,
  deadlineMs: number,
): Promise<{ rewards: Reward[]; next: string | undefined }> {
  const nowMs = db.time.now();
  const listing: Listing<Reward, RewardStatus> = {
    table,
    index: GRANTED_INDEX,
    sortKey: 'granted_key',
    parse: (item) => {
      const reward = parseItem(Reward, item, table);
      return { ...reward, status: statusAt(reward, nowMs) };
    },
    status: ({ status }) => status,
  };
  const { rows, next } = await listNewestFirst(db, listing, userId, page, deadlineMs);
  return { rewards: rows, next };
}
