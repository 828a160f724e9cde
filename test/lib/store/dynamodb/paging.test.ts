/** What a page of a long list costs, which is what it costs in a short one. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RewardStatus } from '../../../../lib/reward.ts';
import { rewardItem } from '../../../../lib/store/balance/reward-items.ts';
import { listRewards, type RewardsPage } from '../../../../lib/store/balance/reward-list.ts';
import { inParallel } from '../../../../lib/store/dynamodb/parallel.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const COUNT = 1300;
const userId = randomUUID();
const idOf = (index: number) => `r${String(index).padStart(4, '0')}`;

let database: Database;
let wire: Wire;

/** The oldest reward alone is available. */
beforeAll(async () => {
  database = await startDatabase();
  await inParallel([...Array(COUNT).keys()], 8, (index) =>
    database.putReward(
      rewardItem({
        user_id: userId,
        reward_id: idOf(index),
        amount_micro: 1n,
        status: index === 0 ? 'available' : 'pending',
        unlocks_at: '2099-01-01T00:00:00.000Z',
        granted_at: rfc3339(Date.UTC(2026, 0, 1) + index),
        source: 'referral',
      }),
    ),
  );
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
});

const list = async (page: Partial<RewardsPage>) => {
  const whole = { limit: 50, offset: 0, after: undefined, statuses: undefined, ...page };
  const { rewards, next } = await listRewards(
    wire.db,
    database.tables.REWARDS_TABLE,
    userId,
    whole,
    wire.time.now() + 10_000,
  );
  return { ids: rewards.map(({ reward_id }) => reward_id), next };
};
const rowsAskedFor = () => wire.proxy.log.map(({ request }) => request.Limit);
const only = (...statuses: RewardStatus[]) => new Set(statuses);

test('the first page reads one row more than it shows', async () => {
  expect((await list({})).ids).toHaveLength(50);
  expect(rowsAskedFor()).toEqual([51]);
});

test('so does a page far behind a cursor', async () => {
  const after = `${rfc3339(Date.UTC(2026, 0, 1) + 100)}#${idOf(100)}`;
  expect((await list({ after })).ids[0]).toBe(idOf(99));
  expect(rowsAskedFor()).toEqual([51]);
});

test('a great offset is passed over in steps that DynamoDB takes', async () => {
  expect((await list({ offset: COUNT - 2 })).ids).toEqual([idOf(1), idOf(0)]);
  expect(rowsAskedFor()).toEqual([1000, 349]);
});

test('an offset beyond every row reads them once, whatever its size', async () => {
  expect(await list({ offset: Number.MAX_SAFE_INTEGER })).toEqual({ ids: [], next: undefined });
  expect(rowsAskedFor()).toEqual([1000, 1000]);
});

test('a filter that matches nothing for a long way gives up after 1000 rows, and goes on from there', async () => {
  const first = await list({ statuses: only('available') });
  expect(first.ids).toEqual([]);
  expect(rowsAskedFor()).toEqual([250, 250, 250, 250]);
  expect(await list({ statuses: only('available'), after: first.next })).toEqual({
    ids: [idOf(0)],
    next: undefined,
  });
});

test('a page behind many rows is a whole page', async () => {
  const page = await list({ offset: 990 });
  expect(page.ids).toEqual(Array.from({ length: 50 }, (_, index) => idOf(COUNT - 991 - index)));
  expect(page.next).toBeDefined();
});

test('a filter does not give up before it has passed over the rows that it was told to', async () => {
  const page = await list({ statuses: only('pending'), offset: 1100 });
  expect(page.ids).toEqual(Array.from({ length: 50 }, (_, index) => idOf(COUNT - 1101 - index)));
});

test('a filter that can match nothing reads nothing', async () => {
  expect(await list({ statuses: only() })).toEqual({ ids: [], next: undefined });
  expect(wire.proxy.log).toEqual([]);
});
