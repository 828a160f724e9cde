/** Rewards as billing grants and reverses them, each together with what it does to the balance. */
import * as v from 'valibot';
import { Reward } from '../../reward.ts';
import { accountChangePart } from '../balance/change.ts';
import { rewardItem } from '../balance/reward-items.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Db } from '../dynamodb/store.ts';
import { land, mustAgree, type StoredItem, type Writes } from './apply-once.ts';

type Tables = { ACCOUNTS_TABLE: string; REWARDS_TABLE: string };
type RewardId = Pick<Reward, 'user_id' | 'reward_id'>;

/**
 * What a reversal leaves that came before its grant; the grant then completes it, without any
 * money.
 */
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
 * Puts a pending reward. One whose time has come already is put as pending too: the unlock finds it
 * at once. Throws EventRejectedError when an earlier grant of it said otherwise, and see `land`.
 */
export function grantReward(
  db: Db,
  tables: Tables,
  reward: Reward,
  deadlineMs: number,
): Promise<void> {
  const { user_id, reward_id, amount_micro } = reward;
  const writesFrom = (item: StoredItem | undefined): Writes | undefined => {
    const stored = item && storedReward(tables, item);
    if (!stored)
      return {
        item: put(tables, reward, IS_NEW),
        account: accountChangePart(tables.ACCOUNTS_TABLE, user_id, {
          pending_micro: amount_micro,
          lifetime_micro: amount_micro,
        }),
      };
    if (!('amount_micro' in stored))
      return { item: put(tables, { ...reward, status: 'reversed' }, IS_REVERSED_UNSEEN) };
    mustAgree(stored, reward, ['amount_micro', 'unlocks_at', 'source']);
    return undefined;
  };
  return land(
    db,
    { table: tables.REWARDS_TABLE, key: { user_id, reward_id }, writesFrom },
    deadlineMs,
  );
}

/**
 * Reverses the reward, and takes its amount from where it is: from the pending balance, or from the
 * available one, which may go below zero, since the money may have left already. See `land` for
 * what it throws.
 */
export function reverseReward(
  db: Db,
  tables: Tables,
  { user_id, reward_id }: RewardId,
  deadlineMs: number,
): Promise<void> {
  const key = { user_id, reward_id };
  const writesFrom = (item: StoredItem | undefined): Writes | undefined => {
    const stored = item && storedReward(tables, item);
    if (!stored)
      return {
        item: {
          Put: {
            TableName: tables.REWARDS_TABLE,
            Item: { ...key, status: 'reversed' },
            ConditionExpression: IS_NEW,
          },
        },
      };
    if (stored.status === 'reversed') return undefined;
    const { status, amount_micro } = stored;
    return {
      item: {
        Update: {
          TableName: tables.REWARDS_TABLE,
          Key: key,
          UpdateExpression: REVERSE,
          ConditionExpression: STATUS_UNCHANGED,
          ExpressionAttributeNames: STATUS_NAME,
          ExpressionAttributeValues: { ':status': status, ':reversed': 'reversed' },
        },
      },
      account: accountChangePart(tables.ACCOUNTS_TABLE, user_id, {
        [status === 'pending' ? 'pending_micro' : 'available_micro']: -amount_micro,
        lifetime_micro: -amount_micro,
      }),
    };
  };
  return land(db, { table: tables.REWARDS_TABLE, key, writesFrom }, deadlineMs);
}

const storedReward = (tables: Tables, item: StoredItem) =>
  item.amount_micro === undefined
    ? parseItem(ReversedUnseen, item, tables.REWARDS_TABLE)
    : parseItem(Reward, item, tables.REWARDS_TABLE);

const put = (tables: Tables, reward: Reward, condition: string) => ({
  Put: {
    TableName: tables.REWARDS_TABLE,
    Item: rewardItem(reward),
    ConditionExpression: condition,
    ...(condition === IS_REVERSED_UNSEEN && {
      ExpressionAttributeNames: STATUS_NAME,
      ExpressionAttributeValues: { ':reversed': 'reversed' },
    }),
  },
});
