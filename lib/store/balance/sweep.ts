/** The sweep: unlocks what is due for everybody, so that requests find little left to unlock. */
import * as v from 'valibot';
import { logFailure, logWarning } from '../../log.ts';
import { Reward } from '../../reward.ts';
import { rfc3339 } from '../../time.ts';
import { inParallel } from '../dynamodb/concurrency.ts';
import { INDEXES, SHARDS } from '../dynamodb/indexes.ts';
import { idsOf, parseItem, readOrLog } from '../dynamodb/item.ts';
import { queryPages } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { unlockDue } from './unlock.ts';

const SHARDS_AT_ONCE = 4;
const USERS_AT_ONCE = 4;
const REWARDS_PER_PAGE = 1000;

/** What a user with very many due rewards gets of a run, so that others have their turn. */
const USER_SHARE_MS = 30_000;

/**
 * Unlocks until nothing is due or the deadline has come; what is left then is for the next run. A
 * user whose rewards cannot be unlocked is logged and passed over. Throws when the index cannot be
 * read.
 */
export async function unlockForEverybody(
  store: Store<'Accounts' | 'Rewards'>,
): Promise<{ rewards: number; users: number }> {
  const { time, nowMs, deadlineMs } = store;
  const done = { rewards: 0, users: 0 };
  const isOver = () => time.now() >= deadlineMs;

  const unlock = async (userId: string) => {
    if (isOver()) return;
    const userDeadlineMs = Math.min(deadlineMs, time.now() + USER_SHARE_MS);
    try {
      const { rewards } = await unlockDue({ ...store, deadlineMs: userDeadlineMs }, userId);
      done.rewards += rewards;
      done.users += Math.sign(rewards);
    } catch (error) {
      if (time.now() >= userDeadlineMs) logWarning('retrying', { user_id: userId });
      else logFailure(error, { user_id: userId });
    }
  };

  await inParallel(fromRandomStart(SHARDS, time.random()), SHARDS_AT_ONCE, async (shard) => {
    // A read for which there is no time would fail the run.
    if (isOver()) return;
    for await (const users of dueUsers(store, shard, nowMs)) {
      await inParallel(users, USERS_AT_ONCE, unlock);
      if (isOver()) return;
    }
  });
  return done;
}

/** Where runs end before they have been through all shards, it is not always the same that wait. */
function fromRandomStart(shards: readonly string[], random: number): string[] {
  const start = Math.floor(random * shards.length);
  return [...shards.slice(start), ...shards.slice(0, start)];
}

const DueKey = v.object({ user_id: Reward.entries.user_id });

/**
 * The users of this shard of the index with rewards due at `nowMs`, the longest due first, each
 * once, a page at a time. The index lags behind the table by moments: it may name a user too many,
 * or miss one until the next time. An entry that names no user is logged and passed over.
 */
async function* dueUsers(
  store: Store<'Rewards'>,
  shard: string,
  nowMs: number,
): AsyncGenerator<string[]> {
  const seen = new Set<string>();
  const table = store.tables.Rewards;
  const pages = queryPages(store, {
    TableName: table,
    IndexName: INDEXES.Rewards.due,
    KeyConditionExpression: 'due_shard = :shard AND pending_until <= :now',
    ExpressionAttributeValues: { ':shard': shard, ':now': rfc3339(nowMs) },
    Limit: REWARDS_PER_PAGE,
  });
  for await (const items of pages) {
    const keys = items.map((item) =>
      readOrLog(() => parseItem(DueKey, item, table), idsOf(item, 'reward_id')),
    );
    const users = new Set(keys.flatMap((key) => key?.user_id ?? [])).difference(seen);
    for (const user of users) seen.add(user);
    yield [...users];
  }
}
