/** Rewards as billing grants and reverses them, each with what it does to the balance. */
import * as v from 'valibot';
import { CorruptItemError } from '../../errors.ts';
import { Reward } from '../../reward.ts';
import { accountChange } from '../balance/change.ts';
import { rewardItem } from '../balance/reward-items.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { applyOnce, mustAgree, type Writes } from './apply-once.ts';

type RewardStore = Store<'Accounts' | 'Rewards'>;
type RewardId = Pick<Reward, 'user_id' | 'reward_id'>;

/** What a reversal leaves that came before its grant; the grant completes it, without money. */
const ReversedUnseen = v.strictObject({
  user_id: Reward.entries.user_id,
  reward_id: Reward.entries.reward_id,
  status: v.literal('reversed'),
});

const IS_NEW = 'attribute_not_exists(user_id)';
const IS_REVERSED_UNSEEN = '#status = :reversed AND attribute_not_exists(amount_micro)';
const STATUS_UNCHANGED = '#status = :status';
const REVERSE = 'SET #status = :reversed REMOVE pending_until, due_shard';
const STATUS_NAME = { '#status': 'status' };

/**
 * Puts a pending reward. One whose time has come is put as pending too: the unlock finds it at
 * once. Throws EventRejectedError when an earlier grant of it said otherwise, and see `applyOnce`.
 */
export function grantReward(store: RewardStore, reward: Reward): Promise<void> {
  const { user_id, reward_id, amount_micro } = reward;
  const writesFrom = (item: Item | undefined): Writes => {
    const stored = item && storedReward(store, item);
    if (!stored)
      return {
        item: put(store, rewardItem(reward), { ConditionExpression: IS_NEW }),
        account: accountChange(store.tables.Accounts, user_id, {
          pending_micro: amount_micro,
          lifetime_micro: amount_micro,
        }),
      };
    if (!('amount_micro' in stored))
      return {
        item: put(store, rewardItem({ ...reward, status: 'reversed' }), {
          ConditionExpression: IS_REVERSED_UNSEEN,
          ExpressionAttributeNames: STATUS_NAME,
          ExpressionAttributeValues: { ':reversed': 'reversed' },
        }),
      };
    mustAgree(stored, reward, ['amount_micro', 'unlocks_at', 'source']);
    return undefined;
  };
  return applyOnce(store, 'Rewards', { user_id, reward_id }, writesFrom);
}

/**
 * Reverses the reward, and takes its amount from where it is: from the pending balance, or from the
 * available one, which may go below zero, since the money may have left already. See `applyOnce`
 * for what it throws.
 */
export function reverseReward(store: RewardStore, { user_id, reward_id }: RewardId): Promise<void> {
  const key = { user_id, reward_id };
  const writesFrom = (item: Item | undefined): Writes => {
    const stored = item && storedReward(store, item);
    if (!stored)
      return { item: put(store, { ...key, status: 'reversed' }, { ConditionExpression: IS_NEW }) };
    if (stored.status === 'reversed') return undefined;
    const { status, amount_micro } = stored;
    return {
      item: {
        Update: {
          TableName: store.tables.Rewards,
          Key: key,
          UpdateExpression: REVERSE,
          ConditionExpression: STATUS_UNCHANGED,
          ExpressionAttributeNames: STATUS_NAME,
          ExpressionAttributeValues: { ':status': status, ':reversed': 'reversed' },
        },
      },
      account: accountChange(store.tables.Accounts, user_id, {
        [status === 'pending' ? 'pending_micro' : 'available_micro']: -amount_micro,
        lifetime_micro: -amount_micro,
      }),
    };
  };
  const { Accounts } = store.tables;
  const corrupt = new CorruptItemError(`${Accounts}: ${user_id} has not what ${reward_id} granted`);
  return applyOnce(store, 'Rewards', key, writesFrom, corrupt);
}

const storedReward = ({ tables }: RewardStore, item: Item) =>
  item.amount_micro === undefined
    ? parseItem(ReversedUnseen, item, tables.Rewards)
    : parseItem(Reward, item, tables.Rewards);

const put = <Condition extends object>(
  { tables }: RewardStore,
  Item: Item,
  condition: Condition,
) => ({
  Put: { TableName: tables.Rewards, Item, ...condition },
});
