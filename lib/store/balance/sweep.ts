/** The sweep: unlocks what is due for everybody, so that requests find little left to unlock. */
import { logWarning } from '../../log.ts';
import { logFailure } from '../../log-failure.ts';
import { inParallel } from '../dynamodb/parallel.ts';
import type { Db } from '../dynamodb/store.ts';
import { dueUsers } from './due-users.ts';
import { DUE_SHARDS } from './reward-items.ts';
import { unlockDue } from './unlock.ts';

type Tables = { ACCOUNTS_TABLE: string; REWARDS_TABLE: string };

const SHARDS_AT_ONCE = 4;
const USERS_AT_ONCE = 4;

/**
 * A user with very many due rewards gets this much of a run, so that the others of the shard have
 * their turn.
 */
const USER_SHARE_MS = 30_000;

/**
 * Unlocks until nothing is due or the deadline (epoch milliseconds) has come; what is left then is
 * for the next run. A user whose rewards cannot be unlocked is logged and passed over. Throws when
 * the index cannot be read.
 */
export async function unlockForEverybody(
  db: Db,
  tables: Tables,
  deadlineMs: number,
): Promise<{ rewards: number; users: number }> {
  const done = { rewards: 0, users: 0 };
  const nowMs = db.time.now();
  const isOver = () => db.time.now() >= deadlineMs;

  const unlock = async (userId: string) => {
    if (isOver()) return;
    const userDeadlineMs = Math.min(deadlineMs, db.time.now() + USER_SHARE_MS);
    try {
      const { rewards } = await unlockDue(db, tables, userId, userDeadlineMs);
      done.rewards += rewards;
      done.users += Math.sign(rewards);
    } catch (error) {
      if (db.time.now() >= userDeadlineMs) logWarning('retrying', { user_id: userId });
      else logFailure(error, { user_id: userId });
    }
  };

  await inParallel(fromRandomStart(DUE_SHARDS, db.time.random()), SHARDS_AT_ONCE, async (shard) => {
    // A read for which there is no time would fail the run.
    if (isOver()) return;
    for await (const users of dueUsers(db, tables.REWARDS_TABLE, shard, nowMs, deadlineMs)) {
      await inParallel(users, USERS_AT_ONCE, unlock);
      if (isOver()) return;
    }
  });
  return done;
}

/**
 * Where a run ends before it has been through all shards, no shard is always the one that had to
 * wait.
 */
function fromRandomStart(shards: readonly string[], random: number): string[] {
  const start = Math.floor(random * shards.length);
  return [...shards.slice(start), ...shards.slice(0, start)];
}
