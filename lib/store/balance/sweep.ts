/** The sweep: unlocks what is due for everybody, so that requests find little left to unlock. */
import * as v from 'valibot';
import { logFailure, logWarning } from '../../log.ts';
import { Reward } from '../../reward.ts';
import { rfc3339 } from '../../time.ts';
import { inParallel } from '../dynamodb/concurrency.ts';
import { INDEXES, SHARDS } from '../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog } from '../dynamodb/item.ts';
import { queryPages } from '../dynamodb/read.ts';
import { LONGEST_RANGE_MS } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { unlockDue } from './unlock.ts';
import { groupsOf, type Named, unlockTogether } from './unlock-together.ts';

/**
 * All shards at once: what leaves a shard is a write to one key of the index, which takes 1,000 a
 * second, and one that takes no more would hold up whoever writes rewards. Of each as many
 * transactions at once.
 */
const AT_ONCE_IN_A_SHARD = 2;
const REWARDS_PER_PAGE = 1000;

/** Who has no more than so many due on a page shares transactions with others. */
const FEW = 9;

/** What a user with very many due rewards gets of a run, before others have had their turn. */
const USER_SHARE_MS = 30_000;

/**
 * Unlocks until nothing is due or the deadline has come; what is left then is for the next run. Who
 * has too much for a share of the run goes on when all others are done. A user whose rewards cannot
 * be unlocked is logged and passed over. Throws when the index cannot be read. `users` counts
 * somebody twice whose few rewards were on two pages.
 */
export async function unlockForEverybody(
  store: Store<'Accounts' | 'Rewards'>,
): Promise<{ rewards: number; users: number }> {
  const { time, deadlineMs } = store;
  const done = { rewards: 0, users: 0 };
  const isOver = () => time.now() >= deadlineMs;
  const add = ({ rewards, users }: typeof done) => {
    done.rewards += rewards;
    done.users += users;
  };
  const wasAlone = new Set<string>();
  const late: string[] = [];

  const unlockAlone = async (userId: string, shareMs: number) => {
    if (isOver()) return;
    const userDeadlineMs = Math.min(deadlineMs, time.now() + shareMs);
    try {
      const { rewards } = await unlockDue({ ...store, deadlineMs: userDeadlineMs }, userId);
      add({ rewards, users: Math.sign(rewards) });
    } catch (error) {
      // Whoever would still pause when the time is over has given up before.
      const isLate = time.now() >= userDeadlineMs - LONGEST_RANGE_MS;
      if (!isLate) return logFailure(error, { user_id: userId });
      logWarning('retrying', { user_id: userId });
      late.push(userId);
    }
  };
  const unlockGroup = async (group: Named[]) => {
    if (isOver()) return;
    const { alone, ...unlocked } = await unlockTogether(store, group);
    add(unlocked);
    for (const userId of alone) await unlockOnce(userId);
  };
  const unlockOnce = async (userId: string) => {
    if (wasAlone.has(userId)) return;
    wasAlone.add(userId);
    await unlockAlone(userId, USER_SHARE_MS);
  };

  await inParallel(SHARDS, SHARDS.length, async (shard) => {
    // A read for which there is no time would fail the run.
    if (isOver()) return;
    for await (const page of duePages(store, shard)) {
      const named = page.filter(([userId]) => !wasAlone.has(userId));
      const few = named.filter(([, { length }]) => length <= FEW);
      const many = named.filter(([, { length }]) => length > FEW);
      const jobs = [
        ...groupsOf(few).map((group) => () => unlockGroup(group)),
        ...many.map((user) => () => unlockOnce(user[0])),
      ];
      await inParallel(jobs, AT_ONCE_IN_A_SHARD, (job) => job());
      if (isOver()) return;
    }
  });
  await inParallel(late.splice(0), SHARDS.length, (userId) =>
    unlockAlone(userId, Number.POSITIVE_INFINITY),
  );
  return done;
}

const DueKey = v.pick(Reward, ['user_id', 'reward_id']);

/**
 * What is due in this shard of the index, the longest due first, page by page, by user. What was
 * unlocked leaves the index, so that no run goes through it again. The index lags behind the table by
 * moments: it may name a reward too many, or miss one until the next time. An entry that names no
 * user is logged and passed over.
 */
async function* duePages(store: Store<'Rewards'>, shard: string): AsyncGenerator<Named[]> {
  const table = store.tables.Rewards;
  const pages = queryPages(store, {
    TableName: table,
    IndexName: INDEXES.Rewards.due,
    KeyConditionExpression: 'due_shard = :shard AND pending_until <= :now',
    ExpressionAttributeValues: { ':shard': shard, ':now': rfc3339(store.nowMs) },
    Limit: REWARDS_PER_PAGE,
  });
  for await (const items of pages) {
    const keys = items.flatMap(
      (item) => readOrLog(() => parseItem(DueKey, item, table), idsOf(item, 'reward_id')) ?? [],
    );
    const byUser = Map.groupBy(keys, ({ user_id }) => user_id);
    yield [...byUser].map(([userId, rewards]) => [
      userId,
      rewards.map(({ reward_id }) => reward_id),
    ]);
  }
}
