/** The Rewards table: a user's rewards, and three indexes over them. */
import type { Reward } from '../../reward.ts';

/**
 * Local index (user_id, pending_until): only pending rewards are in it, so "due now" is one
 * consistent range read.
 */
export const PENDING_INDEX = 'pending';
/** Local index (user_id, granted_key): newest first for the list. */
export const GRANTED_INDEX = 'granted';
/**
 * Global index (due_shard, pending_until): what is due for everybody, for the sweep, spread over 16
 * partitions.
 */
export const DUE_INDEX = 'due';

export const DUE_SHARDS = [...'0123456789abcdef'];

/** The item of a reward. Only a pending one has the attributes of the sparse indexes. */
export const rewardItem = (reward: Reward) => ({
  ...reward,
  granted_key: `${reward.granted_at}#${reward.reward_id}`,
  ...(reward.status === 'pending' && {
    pending_until: reward.unlocks_at,
    due_shard: reward.user_id.slice(-1).toLowerCase(),
  }),
});
