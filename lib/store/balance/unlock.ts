/**
 * Unlocking: a reward whose time has come moves from the pending to the available balance, once.
 */
import { QueryCommand, type QueryCommandInput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { INT64_MAX } from '../../money.ts';
import { Reward } from '../../reward.ts';
import { rfc3339 } from '../../time.ts';
import { classify } from '../dynamodb/failure.ts';
import { parseItem } from '../dynamodb/item.ts';
import { attempts, read } from '../dynamodb/retry.ts';
import { attemptOptions, type Db } from '../dynamodb/store.ts';
import { PENDING_INDEX } from './reward-items.ts';

type Tables = { ACCOUNTS_TABLE: string; REWARDS_TABLE: string };
export type Unlocked = { rewards: number; amountMicro: bigint };

const DueReward = v.object({
  reward_id: Reward.entries.reward_id,
  amount_micro: Reward.entries.amount_micro,
});
type DueReward = v.InferOutput<typeof DueReward>;

/** A transaction takes 100 items, and one of them is the account. */
const REWARDS_PER_TRANSACTION = 99;

const STILL_PENDING = '#status = :pending';
const UNLOCK = 'SET #status = :available REMOVE pending_until, due_shard';
const MOVE =
  'SET pending_micro = pending_micro - :amount, available_micro = available_micro + :amount ADD version :one';

/**
 * Unlocks what is due, the longest due first, until `enoughMicro` has been moved or nothing is due.
 * Each step is whole, so that the next call goes on where this one ended. Throws when rewards are
 * still due at the deadline (epoch milliseconds): whoever asked must then not conclude that there
 * is no money.
 */
export async function unlockDue(
  db: Db,
  tables: Tables,
  userId: string,
  deadlineMs: number,
  enoughMicro: bigint = INT64_MAX,
): Promise<Unlocked> {
  const unlocked: Unlocked = { rewards: 0, amountMicro: 0n };
  for await (const _ of attempts(db.time, deadlineMs)) {
    while (db.time.now() < deadlineMs) {
      if (unlocked.amountMicro >= enoughMicro) return unlocked;
      const due = await longestDue(db, tables.REWARDS_TABLE, userId, deadlineMs);
      if (due.length === 0) return unlocked;
      const amountMicro = sum(due);
      // Where another caller unlocked or reversed one of them, or DynamoDB was busy, the rest is
      // read again after a pause.
      if (!(await unlock(db, tables, userId, due, amountMicro, deadlineMs))) break;
      unlocked.rewards += due.length;
      unlocked.amountMicro += amountMicro;
    }
  }
  throw new Error('rewards were still due at the deadline');
}

/** The sum of the user's pending rewards whose time has come, in micro-units. */
export async function sumDueRewards(
  db: Db,
  table: string,
  userId: string,
  deadlineMs: number,
): Promise<bigint> {
  let total = 0n;
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const query = new QueryCommand({ ...dueQuery(db, table, userId), ExclusiveStartKey: from });
    const { Items = [], LastEvaluatedKey } = await read(db, deadlineMs, (client, options) =>
      client.send(query, options),
    );
    total += sum(Items.map((item) => parseItem(DueReward, item, table)));
    from = LastEvaluatedKey;
  } while (from);
  return total;
}

async function longestDue(
  db: Db,
  table: string,
  userId: string,
  deadlineMs: number,
): Promise<DueReward[]> {
  const query = new QueryCommand({
    ...dueQuery(db, table, userId),
    Limit: REWARDS_PER_TRANSACTION,
  });
  const { Items = [] } = await read(db, deadlineMs, (client, options) =>
    client.send(query, options),
  );
  return Items.map((item) => parseItem(DueReward, item, table));
}

const dueQuery = (db: Db, table: string, userId: string): QueryCommandInput => ({
  TableName: table,
  IndexName: PENDING_INDEX,
  KeyConditionExpression: 'user_id = :user AND pending_until <= :now',
  ExpressionAttributeValues: { ':user': userId, ':now': rfc3339(db.time.now()) },
  ConsistentRead: true,
});

/**
 * One transaction; false when it may not have been applied. A repetition of it can do no harm, by
 * its conditions.
 */
async function unlock(
  db: Db,
  tables: Tables,
  userId: string,
  due: DueReward[],
  amountMicro: bigint,
  deadlineMs: number,
): Promise<boolean> {
  const rewards = due.map(({ reward_id }) => ({
    Update: {
      TableName: tables.REWARDS_TABLE,
      Key: { user_id: userId, reward_id },
      UpdateExpression: UNLOCK,
      ConditionExpression: STILL_PENDING,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':pending': 'pending', ':available': 'available' },
    },
  }));
  const account = {
    Update: {
      TableName: tables.ACCOUNTS_TABLE,
      Key: { user_id: userId },
      UpdateExpression: MOVE,
      ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
    },
  };
  try {
    const write = new TransactWriteCommand({ TransactItems: [account, ...rewards] });
    await db.client.send(write, attemptOptions(db, deadlineMs));
    return true;
  } catch (error) {
    if (classify(error) === 'fatal') throw error;
    return false;
  }
}

const sum = (rewards: DueReward[]): bigint =>
  rewards.reduce((total, { amount_micro }) => total + amount_micro, 0n);
