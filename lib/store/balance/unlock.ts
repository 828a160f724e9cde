/** Unlocking: a reward whose time has come moves from pending to available, once. */
import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { type QueryCommandInput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { CorruptItemError } from '../../errors.ts';
import { Reward } from '../../reward.ts';
import { rfc3339 } from '../../time.ts';
import { CONDITION_FAILED, classify, type Failure } from '../dynamodb/failure.ts';
import { INDEXES } from '../dynamodb/indexes.ts';
import { parseItem } from '../dynamodb/item.ts';
import { type Item, queryPages, readPage } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import { attemptOptions, type Store } from '../dynamodb/store.ts';
import { logAccountWrite } from '../dynamodb/transaction.ts';
import { accountUnlock } from './change.ts';

export type Unlocked = { rewards: number; amountMicro: bigint };

export const DueReward = v.object({
  reward_id: Reward.entries.reward_id,
  amount_micro: Reward.entries.amount_micro,
  pending_until: v.string(),
});
export type DueReward = v.InferOutput<typeof DueReward>;

/** What a transaction takes, and that many rewards beside one account. */
export const ITEMS_PER_TRANSACTION = 100;
const REWARDS_PER_TRANSACTION = ITEMS_PER_TRANSACTION - 1;

/**
 * A key of a table takes 1,000 write units a second, and a reward takes four of those of its user:
 * its item two, and an entry of each local index. Going faster would have the user's own requests
 * throttled, and as the account is in each transaction, keep everybody else from it.
 */
const PACE_MS = 400;

const STILL_PENDING = '#status = :pending';
const UNLOCK = 'SET #status = :available REMOVE pending_until, due_shard';

/**
 * Unlocks all that is due, the longest due first, no faster than the user's key takes. Each
 * transaction is whole, so that the next call goes on where this one ended. Throws when rewards are
 * still due at the deadline.
 */
export async function unlockDue(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
): Promise<Unlocked> {
  const query = { ...dueQuery(store, userId), Limit: ADDED_UP_MAX };
  let endedIn: number | undefined;
  const choose = async (_movedMicro: bigint, attempt: number) => {
    // What was read to its end and moved without a hitch needs no other look.
    if (endedIn === attempt) return [];
    const { items, last } = await readPage(store, query);
    endedIn = last ? undefined : attempt;
    return parseDue(store, items);
  };
  return unlockChosen(store, userId, choose, PACE_MS);
}

/**
 * Unlocks due rewards until `enoughMicro` has been moved: of the longest due that are worth it, the
 * largest first, and none that could be left out. When all that is due is worth less, nothing is
 * moved, since it would be for nothing.
 * Whoever was in another's way fills up its transactions, lest they meet again over every reward.
 * Throws when what is needed has not been moved at the deadline: whoever asked must then not
 * conclude that there is no money, and the next call goes on where this one ended.
 */
export const unlockEnough = (
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
  enoughMicro: bigint,
): Promise<Unlocked> =>
  unlockChosen(store, userId, async (movedMicro, attempt) => {
    if (movedMicro >= enoughMicro) return [];
    let missingMicro = enoughMicro - movedMicro;
    const due = await largestDue(store, userId, missingMicro);
    for (const [index, { amount_micro }] of due.entries()) {
      missingMicro -= amount_micro;
      const needed = index + 1;
      if (missingMicro <= 0n) return due.slice(0, attempt === 1 ? needed : wholeSteps(needed));
    }
    return [];
  });

const wholeSteps = (rewards: number): number =>
  Math.ceil(rewards / REWARDS_PER_TRANSACTION) * REWARDS_PER_TRANSACTION;

/**
 * `choose` reads what is to be moved next, of what is due, after `movedMicro` has been; nothing when
 * there is no more to do. The attempts count how often something was in the way, from one on.
 */
async function unlockChosen(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
  choose: (movedMicro: bigint, attempt: number) => Promise<DueReward[]>,
  paceMs = 0,
): Promise<Unlocked> {
  const unlocked: Unlocked = { rewards: 0, amountMicro: 0n };
  let refusedIds: string | undefined;
  let outcome: Outcome | undefined;
  for await (const attempt of attempts(store, () => outcome === 'conflict')) {
    let chosen: DueReward[] = [];
    while (store.time.now() < store.deadlineMs) {
      if (chosen.length === 0) chosen = await choose(unlocked.amountMicro, attempt);
      if (chosen.length === 0) return unlocked;
      const step = chosen.splice(0, REWARDS_PER_TRANSACTION);
      const amountMicro = sum(step);
      outcome = await unlock(store, userId, step);
      // Where the account alone refuses the same rewards again, it lacks what they are worth.
      const ids = step.map(({ reward_id }) => reward_id).join();
      if (outcome === 'too_little_pending' && ids === refusedIds)
        throw lessPendingThanDue(store, userId);
      refusedIds = outcome === 'too_little_pending' ? ids : undefined;
      // Where another caller unlocked or reversed one of them, or DynamoDB was busy, the rest is
      // chosen again after a pause.
      if (outcome !== 'applied') break;
      unlocked.rewards += step.length;
      unlocked.amountMicro += amountMicro;
      if (paceMs > 0 && step.length === REWARDS_PER_TRANSACTION) await store.time.sleep(paceMs);
    }
  }
  throw new Error('rewards were still due at the deadline');
}

/** What an account is that does not hold what its rewards are worth. */
export const lessPendingThanDue = ({ tables }: Store<'Accounts'>, userId: string) =>
  new CorruptItemError(`${tables.Accounts}: ${userId} has less pending than is due`);

/** So many of a user's rewards are added up at most, of those that are due and of the others. */
export const ADDED_UP_MAX = 2000;

/**
 * What is known of a user's pending rewards, of which so many were `read`: the sum of all that are
 * due or of all that are not yet, whichever are few enough to add up; where neither are, of those
 * that were due by an earlier moment (RFC 3339). In micro-units.
 */
export type PendingLook = { read: number } & (
  | { dueMicro: bigint; until?: string }
  | { notYetMicro: bigint }
);

/**
 * Looks at `most` of the user's pending rewards that are due, which mostly are all, and otherwise at
 * as many that are not yet. Both are all that is pending, so that one of the sums tells the other.
 */
export async function lookAtPending(
  store: Store<'Rewards'>,
  userId: string,
  most = ADDED_UP_MAX,
): Promise<PendingLook> {
  const first = async (query: QueryCommandInput) => {
    const rewards: DueReward[] = [];
    for await (const items of queryPages(store, { ...query, Limit: most })) {
      rewards.push(...parseDue(store, items));
      if (rewards.length >= most) return { rewards, more: true };
    }
    return { rewards, more: false };
  };
  const due = await first(dueQuery(store, userId));
  if (!due.more) return { read: due.rewards.length, dueMicro: sum(due.rewards) };
  const notYet = await first(dueQuery(store, userId, '>'));
  const read = due.rewards.length + notYet.rewards.length;
  if (!notYet.more) return { read, notYetMicro: sum(notYet.rewards) };
  // Of the last moment among them there may be more behind it.
  const { pending_until: last } = due.rewards.at(-1) as DueReward;
  const whole = due.rewards.filter(({ pending_until }) => pending_until < last);
  return { read, dueMicro: sum(whole), until: rfc3339(Date.parse(last) - 1) };
}

/** So many pages as are worth the amount, or all; the largest first. */
async function largestDue(
  store: Store<'Rewards'>,
  userId: string,
  enoughMicro: bigint,
): Promise<DueReward[]> {
  const due: DueReward[] = [];
  const query = { ...dueQuery(store, userId), Limit: ADDED_UP_MAX };
  for await (const items of queryPages(store, query)) {
    due.push(...parseDue(store, items));
    if (sum(due) >= enoughMicro) break;
  }
  return due.sort((one, other) => Number(other.amount_micro - one.amount_micro));
}

const dueQuery = (
  { tables, nowMs }: Store<'Rewards'>,
  userId: string,
  operator: '<=' | '>' = '<=',
): QueryCommandInput => ({
  TableName: tables.Rewards,
  IndexName: INDEXES.Rewards.pending,
  KeyConditionExpression: `user_id = :user AND pending_until ${operator} :now`,
  ExpressionAttributeValues: { ':user': userId, ':now': rfc3339(nowMs) },
  ConsistentRead: true,
});

const parseDue = ({ tables }: Store<'Rewards'>, items: Item[]): DueReward[] =>
  items.map((item) => parseItem(DueReward, item, tables.Rewards));

/** The parts that move these rewards of a user, the account's first. They make repeating safe. */
export const unlockParts = (
  { tables }: Store<'Accounts' | 'Rewards'>,
  userId: string,
  due: Pick<DueReward, 'reward_id' | 'amount_micro'>[],
) => ({
  account: accountUnlock(tables.Accounts, userId, sum(due)),
  rewards: due.map(({ reward_id }) => ({
    Update: {
      TableName: tables.Rewards,
      Key: { user_id: userId, reward_id },
      UpdateExpression: UNLOCK,
      ConditionExpression: STILL_PENDING,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':pending': 'pending', ':available': 'available' },
    },
  })),
});

type Outcome = 'applied' | 'too_little_pending' | Failure;

/** One transaction. */
async function unlock(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
  due: DueReward[],
): Promise<Outcome> {
  const { account, rewards } = unlockParts(store, userId, due);
  try {
    const write = new TransactWriteCommand({ TransactItems: [account, ...rewards] });
    await store.client.send(write, attemptOptions(store));
    logAccountWrite(account, 'applied');
    return 'applied';
  } catch (error) {
    const failure = classify(error);
    if (failure === 'unknown') logAccountWrite(account, 'unknown');
    if (failure === 'fatal') throw error;
    if (failure !== 'refused') return failure;
    const { CancellationReasons: reasons } = error as { CancellationReasons: CancellationReason[] };
    const [ofAccount, ...ofRewards] = reasons.map(({ Code }) => Code === CONDITION_FAILED);
    return ofAccount && !ofRewards.includes(true) ? 'too_little_pending' : failure;
  }
}

const sum = (rewards: Pick<DueReward, 'amount_micro'>[]): bigint =>
  rewards.reduce((total, { amount_micro }) => total + amount_micro, 0n);
