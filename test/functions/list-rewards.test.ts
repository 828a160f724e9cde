import { beforeAll, describe, expect, test } from 'vitest';
import { REWARD_STATUSES, type Reward } from '../../lib/reward.ts';
import { rewardItem } from '../../lib/store/balance/reward-items.ts';
import { rfc3339 } from '../../lib/time.ts';
import { FUTURE, PAST, PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { COUNT, testOwnList, useOwnList } from './own-list.ts';

const service = useService();
const own = useOwnList(service, PATHS.rewards);
const { list, listedIds, walk } = own;

/** Pending, due but not unlocked yet, unlocked, reversed, and again. */
const KINDS = [
  { status: 'pending', unlocks_at: FUTURE, shown: 'pending' },
  { status: 'pending', unlocks_at: PAST, shown: 'available' },
  { status: 'available', unlocks_at: PAST, shown: 'available' },
  { status: 'reversed', unlocks_at: FUTURE, shown: 'reversed' },
] as const;
const kindOf = (index: number) => KINDS[index % KINDS.length] ?? KINDS[0];

beforeAll(async () => {
  const { cookie, user_id } = await service.newSession({});
  const rewards = Array.from({ length: COUNT }, (_, index): Reward => {
    const { status, unlocks_at } = kindOf(index);
    return {
      user_id,
      reward_id: `reward#${String(index).padStart(3, '0')}`,
      amount_micro: 9_007_199_254_740_993n + BigInt(index),
      status,
      unlocks_at,
      // Several in the same millisecond.
      granted_at: rfc3339(Date.UTC(2026, 0, 1) + Math.floor(index / 7)),
      source: 'referral',
    };
  });
  for (const reward of rewards) await service.putReward(rewardItem(reward));
  Object.assign(own, { cookie, ids: rewards.map(({ reward_id }) => reward_id).reverse() });
});

const idsShownAs = (...statuses: string[]) =>
  own.ids.filter((_id, at) => statuses.includes(kindOf(COUNT - 1 - at).shown));

testOwnList(service, own, [
  Buffer.from('01a204d3-28e0-7285-b278-86bb311f921e').toString('base64url'),
  Buffer.from('2026-01-01T00:00:00.000Z#').toString('base64url'),
]);

test('an item has what the owner may see, exactly', async () =>
  expect((await own.request('?limit=1')).text).toMatch(
    /^\{"items":\[\{"id":"reward#229","amount_micro":9007199254741222,"status":"available","unlocks_at":"2026-01-01T00:00:00.000Z","granted_at":"2026-01-01T00:00:00.032Z","source":"referral"\}\],"next_cursor":"[\w-]+"\}$/,
  ));

test('the status is that of this moment, whether or not the reward was unlocked', async () => {
  const { items } = await list('?limit=200');
  expect(items.map(({ status }) => status)).toEqual(
    Array.from({ length: 200 }, (_, index) => kindOf(COUNT - 1 - index).shown),
  );
});

test('a reversal that came before its grant is not in the list', async () => {
  const { cookie, user_id } = await service.newSession({});
  await service.putReward({ user_id, reward_id: 'r', status: 'reversed' });
  expect((await own.request('', cookie)).text).toBe('{"items":[]}');
});

describe('status', () => {
  test.each(REWARD_STATUSES)('%s alone', async (status) =>
    expect(await listedIds(`?status=${status}&limit=200`)).toEqual(idsShownAs(status)),
  );

  test('a list of them, with an offset that counts matching rows', async () =>
    expect(await listedIds('?status=reversed,pending&limit=200&offset=10')).toEqual(
      idsShownAs('pending', 'reversed').slice(10),
    ));

  test('it leads through pages, each matching row once', async () =>
    expect((await walk('?limit=20&status=available')).flat()).toEqual(idsShownAs('available')));
});
