/** Unlocking for several users in one transaction, where each has little that is due. */
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { logFailure } from '../../log.ts';
import { rfc3339 } from '../../time.ts';
import { classify, type Failure } from '../dynamodb/failure.ts';
import { getItems, type Item } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import { attemptOptions, type Store } from '../dynamodb/store.ts';
import { logAccountWrite } from '../dynamodb/transaction.ts';
import { DueReward, ITEMS_PER_TRANSACTION, unlockParts } from './unlock.ts';

/** A user, and rewards of theirs that an index lists as due. */
export type Named = readonly [userId: string, rewardIds: readonly string[]];

/** What is in the way so often is left to each user alone. */
const ATTEMPTS_MAX = 3;

/** Of these users, in their order, as many in each group as one transaction takes. */
export function groupsOf(users: readonly Named[]): Named[][] {
  const groups: Named[][] = [];
  let room = 0;
  for (const user of users) {
    const items = 1 + user[1].length;
    if (items > room) {
      groups.push([]);
      room = ITEMS_PER_TRANSACTION;
    }
    groups.at(-1)?.push(user);
    room -= items;
  }
  return groups;
}

/**
 * Unlocks the named rewards of a group, those that are due, in one transaction. `alone` are users for
 * whom that did not work, for whatever reason: each has to be unlocked alone, which tells it.
 */
export async function unlockTogether(
  store: Store<'Accounts' | 'Rewards'>,
  group: readonly Named[],
): Promise<{ rewards: number; users: number; alone: string[] }> {
  const all = group.map(([userId]) => userId);
  for await (const attempt of attempts(store)) {
    try {
      const { due, unread } = await readDue(store, group);
      const parts = due.map(([userId, rewards]) => unlockParts(store, userId, rewards));
      const outcome = parts.length === 0 ? 'applied' : await write(store, parts);
      const rewards = due.reduce((total, [, { length }]) => total + length, 0);
      if (outcome === 'applied') return { rewards, users: due.length, alone: unread };
      if (outcome === 'refused' || attempt === ATTEMPTS_MAX) break;
    } catch (error) {
      // Whoever is unlocked alone meets the same, or this way alone is closed, which nobody else tells.
      if (classify(error) === 'fatal') logFailure(error, { user_id: all.join() });
      break;
    }
  }
  return { rewards: 0, users: 0, alone: all };
}

/** What is due of the named, and the users of whom some could not be read. */
async function readDue(
  store: Store<'Rewards'>,
  group: readonly Named[],
): Promise<{ due: [string, DueReward[]][]; unread: string[] }> {
  const keys = group.flatMap(([user_id, ids]) => ids.map((reward_id) => ({ user_id, reward_id })));
  const items = await getItems(store, 'Rewards', keys);
  const byUser = Map.groupBy(items, ({ user_id }) => String(user_id));
  const due: [string, DueReward[]][] = [];
  const unread: string[] = [];
  for (const [userId, ids] of group) {
    const found = byUser.get(userId) ?? [];
    const parsed = v.safeParse(v.array(DueReward), found.filter(isDueAt(store.nowMs)));
    if (found.length < ids.length || !parsed.success) unread.push(userId);
    else if (parsed.output.length > 0) due.push([userId, parsed.output]);
  }
  return { due, unread };
}

/** The index lags: what it lists may have been unlocked or reversed. */
const isDueAt = (nowMs: number) => {
  const now = rfc3339(nowMs);
  return ({ status, pending_until }: Item) => status === 'pending' && String(pending_until) <= now;
};

async function write(
  store: Store,
  parts: ReturnType<typeof unlockParts>[],
): Promise<'applied' | Failure> {
  const TransactItems = parts.flatMap(({ account, rewards }) => [account, ...rewards]);
  const log = (outcome: 'applied' | 'unknown') => {
    for (const { account } of parts) logAccountWrite(account, outcome);
  };
  try {
    await store.client.send(new TransactWriteCommand({ TransactItems }), attemptOptions(store));
    log('applied');
    return 'applied';
  } catch (error) {
    const failure = classify(error);
    if (failure === 'unknown') log('unknown');
    if (failure === 'fatal') throw error;
    return failure;
  }
}
