import { expect, test } from 'vitest';
import type { Reward } from '../../../../lib/reward.ts';
import {
  DUE_INDEX,
  DUE_SHARDS,
  GRANTED_INDEX,
  PENDING_INDEX,
  rewardItem,
} from '../../../../lib/store/balance/reward-items.ts';

const reward: Reward = {
  user_id: '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1DE',
  reward_id: 'reward-1',
  amount_micro: 1n,
  status: 'pending',
  unlocks_at: '2026-05-01T00:00:00.000Z',
  granted_at: '2026-03-01T00:00:00.000Z',
  source: 'referral',
};

test('the indexes are those of the table, and the last one has a partition for each hex digit', () => {
  expect([PENDING_INDEX, GRANTED_INDEX, DUE_INDEX]).toEqual(['pending', 'granted', 'due']);
  expect(DUE_SHARDS.join('')).toBe('0123456789abcdef');
});

test('a pending reward is in all of them', () =>
  expect(rewardItem(reward)).toEqual({
    ...reward,
    granted_key: '2026-03-01T00:00:00.000Z#reward-1',
    pending_until: '2026-05-01T00:00:00.000Z',
    due_shard: 'e',
  }));

test.each(['available', 'reversed'] as const)('one that is %s is in the list alone', (status) =>
  expect(rewardItem({ ...reward, status })).toEqual({
    ...reward,
    status,
    granted_key: '2026-03-01T00:00:00.000Z#reward-1',
  }),
);
