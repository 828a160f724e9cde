/**
 * What a page of a long list costs, which is what it costs in a short one; and lists of which some
 * rows cannot be read: the others come, each once, in pages as ever.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PayoutStatus } from '../../../../lib/payout.ts';
import type { RewardStatus } from '../../../../lib/reward.ts';
import { lastRewards, listRewards } from '../../../../lib/store/balance/reward-items.ts';
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import { firstPage, type Page } from '../../../../lib/store/dynamodb/paging.ts';
import { lastPayouts, listPayouts } from '../../../../lib/store/payouts/payout-items.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { payout, reward } from '../../../support/histories.ts';
import { USER_ID } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const COUNT = 1300;
const idOf = (index: number) => `r${String(index).padStart(4, '0')}`;

const database = useDatabase();
const wire = useWire(database);
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});

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

test('behind a great offset, too, no more rows are read than are shown, and one', async () => {
  expect((await list({ offset: 1100 })).ids).toHaveLength(50);
  expect(rowsAskedFor()).toEqual([1000, 151]);
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

test('with an offset, be it 0, a page is filled however far its rows are apart', async () => {
  const page = { statuses: only('available'), offset: 0 };
  expect(await list(page)).toEqual({ ids: [idOf(0)], next: undefined });
});

test('a filter that can match nothing reads nothing', async () => {
  expect(await list({ statuses: only() })).toEqual({ ids: [], next: undefined });
  expect(wire.proxy.log).toEqual([]);
});

const payoutIdOf = (index: number) => `01a204d3-28e0-7285-b278-${String(index).padStart(12, '0')}`;
const CORRUPT = { amount_micro: 'a lot' };

/** A user with so many payouts, of which these are corrupt; the newest has the highest index. */
const userWith = async (count: number, corrupt: (index: number) => object | undefined) => {
  const user = randomUUID();
  await inParallel([...Array(count).keys()], 8, (index) =>
    database.putPayout({ ...payout(user, 'sent', 1n, payoutIdOf(index)), ...corrupt(index) }),
  );
  return user;
};

const listOf = async (user: string, page: Partial<Page<PayoutStatus>> = {}) => {
  const { rows, next } = await listPayouts(wire.store(10_000), user, { ...firstPage(50), ...page });
  return { ids: rows.map(({ id }) => id), next };
};

const walk = async (user: string, page: Partial<Page<PayoutStatus>>) => {
  const pages: string[][] = [];
  for (let after: string | undefined; ; ) {
    const { ids, next } = await listOf(user, { ...page, after });
    pages.push(ids);
    if (next === undefined) return pages;
    after = next;
  }
};

const idsLogged = () => vi.mocked(console.error).mock.calls.map(([{ id }]) => id);

describe('of twelve payouts', () => {
  test.each([
    ['the newest', [11]],
    ['the oldest', [0]],
    ['those at both ends', [0, 1, 10, 11]],
    ['some at the edges of pages', [9, 8, 6, 3]],
    ['all but one', [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]],
    ['all', [...Array(12).keys()]],
  ])('%s cannot be read', async (_what, corrupt) => {
    const user = await userWith(12, (index) => (corrupt.includes(index) ? CORRUPT : undefined));
    const readable = [...Array(12).keys()].filter((index) => !corrupt.includes(index)).reverse();
    const statuses = new Set<PayoutStatus>(['sent']);
    for (const limit of [1, 2, 3, 5, 12]) {
      const full = Array(Math.ceil(readable.length / limit)).fill(limit);
      for (const page of [{ limit }, { limit, statuses }]) {
        const pages = await walk(user, page);
        expect(pages.flat()).toEqual(readable.map(payoutIdOf));
        expect(pages.slice(0, -1).map(({ length }) => length)).toEqual(full.slice(0, -1));
      }
    }
    const offset = Math.min(2, readable.length);
    expect((await listOf(user, { offset })).ids).toEqual(readable.slice(offset).map(payoutIdOf));
  });

  test('each that cannot be read is logged once per read, with its ids and none of its contents', async () => {
    const user = await userWith(12, (index) => (index % 2 ? CORRUPT : undefined));
    await listOf(user);
    expect(idsLogged()).toEqual([11, 9, 7, 5, 3, 1].map(payoutIdOf));
    const text = JSON.stringify(vi.mocked(console.error).mock.calls);
    expect(text).toContain(`"event":"corrupt_item","id":"${payoutIdOf(11)}","user_id":"${user}"`);
    expect(text).toContain('PayoutsTable: amount_micro');
    expect(text).not.toContain(CORRUPT.amount_micro);
  });

  test('what replaces one that cannot be read is read with many more, not one by one', async () => {
    const user = await userWith(12, (index) => (index > 9 ? CORRUPT : undefined));
    expect((await listOf(user, { limit: 2 })).ids).toEqual([9, 8].map(payoutIdOf));
    expect(rowsAskedFor()).toEqual([3, 250]);
  });

  test('operators get as many as ever, those that cannot be read in their places', async () => {
    const user = await userWith(12, (index) => (index % 2 ? CORRUPT : undefined));
    const last = await lastPayouts(wire.store(), user, 5);
    expect(last).toMatchObject(
      [11, 10, 9, 8, 7].map((index) =>
        index % 2
          ? { id: payoutIdOf(index), user_id: user, unreadable: true }
          : { id: payoutIdOf(index), status: 'sent' },
      ),
    );
  });
});

test('where 1,000 and more in a filtered list cannot be read, a page gives up and leads on', async () => {
  const user = await userWith(1103, (index) => (index > 2 ? CORRUPT : undefined));
  const statuses = new Set<PayoutStatus>(['sent']);
  const first = await listOf(user, { statuses });
  expect(first).toEqual({ ids: [], next: payoutIdOf(103) });
  expect(idsLogged()).toHaveLength(1000);
  expect(wire.proxy.log.map(({ request }) => request.Limit)).toEqual(Array(4).fill(250));
  expect(await listOf(user, { statuses, after: first.next })).toEqual({
    ids: [2, 1, 0].map(payoutIdOf),
    next: undefined,
  });
  expect((await listOf(user)).ids).toEqual([2, 1, 0].map(payoutIdOf));
});

test('a row whose key no cursor can hold ends no page, not even after 1,000 of them', async () => {
  const user = await userWith(1103, (index) =>
    index > 2 ? { id: `z${index}`, ...CORRUPT } : undefined,
  );
  const statuses = new Set<PayoutStatus>(['sent']);
  for (const page of [{ limit: 2 }, { limit: 2, statuses }])
    expect(await walk(user, page)).toEqual([[2, 1].map(payoutIdOf), [payoutIdOf(0)]]);
});

test('rewards are passed over just so, and shown to operators', async () => {
  const user = randomUUID();
  for (const id of ['r1', 'r2', 'r3'])
    await database.putReward({
      ...reward(user, id, 'available', 1n),
      ...(id === 'r2' && { status: 'lost' }),
    });
  const { rows, next } = await listRewards(wire.store(), user, firstPage(50));
  expect([rows.map(({ reward_id }) => reward_id), next]).toEqual([['r3', 'r1'], undefined]);
  expect(await lastRewards(wire.store(), user, 2)).toMatchObject([
    { reward_id: 'r3', status: 'available' },
    { id: 'r2', user_id: user, unreadable: true },
  ]);
  expect(idsLogged()).toEqual(['r2', 'r2']);
});
