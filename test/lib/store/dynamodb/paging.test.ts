/** What a page of a long list costs, which is what it costs in a short one. */
import { beforeAll, expect, test } from 'vitest';
import type { RewardStatus } from '../../../../lib/reward.ts';
import { listRewards } from '../../../../lib/store/balance/reward-items.ts';
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import { firstPage, type Page } from '../../../../lib/store/dynamodb/paging.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { reward } from '../../../support/histories.ts';
import { USER_ID } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const COUNT = 1300;
const idOf = (index: number) => `r${String(index).padStart(4, '0')}`;

const database = useDatabase();
const wire = useWire(database);

/** The oldest reward alone is available. */
beforeAll(() =>
  inParallel([...Array(COUNT).keys()], 8, (index) => {
    const granted_at = rfc3339(Date.UTC(2026, 0, 1) + index);
    const status = index === 0 ? 'available' : 'pending';
    return database.putReward(reward(USER_ID, idOf(index), status, 1n, { granted_at }));
  }),
);

const list = async (page: Partial<Page<RewardStatus>>) => {
  const { rows, next } = await listRewards(wire.store(10_000), USER_ID, {
    ...firstPage(50),
    ...page,
  });
  return { ids: rows.map(({ reward_id }) => reward_id), next };
};
const rowsAskedFor = () => wire.proxy.log.map(({ request }) => request.Limit);
const only = (...statuses: RewardStatus[]) => new Set(statuses);

test('the first page reads one row more than it shows', async () => {
  expect((await list({})).ids).toHaveLength(50);
  expect(rowsAskedFor()).toEqual([51]);
  expect(wire.proxy.log).toMatchObject([{ request: { ConsistentRead: true } }]);
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
