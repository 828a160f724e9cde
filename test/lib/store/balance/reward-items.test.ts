/** Rewards in the indexes, and in a user's list as of now. */
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Reward } from '../../../../lib/reward.ts';
import {
  lastRewards,
  listRewards,
  rewardItem,
} from '../../../../lib/store/balance/reward-items.ts';
import { firstPage } from '../../../../lib/store/dynamodb/paging.ts';
import { useDatabase } from '../../../support/database.ts';
import { useWire } from '../../../support/wire.ts';

const reward: Reward = {
  user_id: '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1DE',
  reward_id: 'reward-1',
  amount_micro: 1n,
  status: 'pending',
  unlocks_at: '2026-05-01T00:00:00.000Z',
  granted_at: '2026-03-01T00:00:00.000Z',
  source: 'referral',
};
const granted_key = '2026-03-01T00:00:00.000Z#reward-1';

test('a pending reward is in all indexes', () =>
  expect(rewardItem(reward)).toEqual({
    ...reward,
    granted_key,
    pending_until: '2026-05-01T00:00:00.000Z',
    due_shard: 'e',
  }));

test.each(['available', 'reversed'] as const)('one that is %s is in the list alone', (status) =>
  expect(rewardItem({ ...reward, status })).toEqual({ ...reward, status, granted_key }),
);

const database = useDatabase();
const wire = useWire(database);

test('a page goes on behind the key of the list', async () => {
  const user_id = randomUUID();
  const second = { ...reward, user_id, reward_id: 'reward-2' };
  await database.putReward(rewardItem({ ...reward, user_id }));
  await database.putReward(rewardItem(second));
  const first = await listRewards(wire.store(), user_id, firstPage(1));
  expect(first).toMatchObject({
    rows: [{ reward_id: 'reward-2' }],
    next: `${second.granted_at}#reward-2`,
  });
  const page = { ...firstPage(1), after: first.next };
  expect((await listRewards(wire.store(), user_id, page)).rows).toMatchObject([
    { reward_id: 'reward-1' },
  ]);
});

test('operators see the newest ones as of now, and that there is one that cannot be read', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const user_id = randomUUID();
  const granted = (reward_id: string) => rewardItem({ ...reward, user_id, reward_id });
  const { amount_micro: _, ...unreadable } = granted('reward-2');
  for (const item of [granted('reward-1'), unreadable, granted('reward-3')])
    await database.putReward(item);
  wire.time.now = () => Date.parse(reward.unlocks_at);
  expect(await lastRewards(wire.store(), user_id, 2)).toEqual([
    { ...reward, user_id, reward_id: 'reward-3', status: 'available' },
    { id: 'reward-2', user_id, unreadable: true },
  ]);
});

test('a pending one is listed, and chosen, as available from the very millisecond on', async () => {
  await database.putReward(rewardItem(reward));
  const list = async (nowMs: number) => {
    wire.time.now = () => nowMs;
    const statuses = new Set(['available'] as const);
    return (await listRewards(wire.store(), reward.user_id, { ...firstPage(5), statuses })).rows;
  };
  expect(await list(Date.parse(reward.unlocks_at) - 1)).toEqual([]);
  const user_id = reward.user_id.toLowerCase();
  expect(await list(Date.parse(reward.unlocks_at))).toEqual([
    { ...reward, user_id, status: 'available' },
  ]);
  expect((await database.rewards(reward.user_id))[0]).toMatchObject({ status: 'pending' });
});
