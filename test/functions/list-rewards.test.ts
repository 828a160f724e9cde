/** The list of rewards over HTTP, with the function as it is bundled. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REWARD_STATUSES, type Reward } from '../../lib/reward.ts';
import { rewardItem } from '../../lib/store/balance/reward-items.ts';
import { rfc3339 } from '../../lib/time.ts';
import { type Service, startService } from '../support/service.ts';

const PATH = '/v1/referrals/rewards';
const COUNT = 230;
const PAST = '2026-02-01T00:00:00.000Z';
const FUTURE = '2099-01-01T00:00:00.000Z';

type Page = { items: { id: string; status: string }[]; next_cursor?: string };

let service: Service;
let cookie: string;
let rewards: Reward[];
let ids: string[];

/**
 * Pending, due but not moved yet, moved, reversed, and again; several were granted in the same
 * millisecond.
 */
const KINDS = [
  { status: 'pending', unlocks_at: FUTURE, shown: 'pending' },
  { status: 'pending', unlocks_at: PAST, shown: 'available' },
  { status: 'available', unlocks_at: PAST, shown: 'available' },
  { status: 'reversed', unlocks_at: FUTURE, shown: 'reversed' },
] as const;
const kindOf = (index: number) => KINDS[index % KINDS.length] ?? KINDS[0];

beforeAll(async () => {
  service = await startService();
  const session = await service.newSession({});
  cookie = session.cookie;
  rewards = Array.from({ length: COUNT }, (_, index) => ({
    user_id: session.user_id,
    reward_id: `reward#${String(index).padStart(3, '0')}`,
    amount_micro: 9_007_199_254_740_993n + BigInt(index),
    status: kindOf(index).status,
    unlocks_at: kindOf(index).unlocks_at,
    granted_at: rfc3339(Date.UTC(2026, 0, 1) + Math.floor(index / 7)),
    source: 'referral',
  }));
  for (const reward of rewards) await service.putReward(rewardItem(reward));
  ids = rewards.map(({ reward_id }) => reward_id).reverse();
});
afterAll(() => service.stop());

const list = async (query = '') => {
  const { status, json } = await service.request('GET', `${PATH}${query}`, { headers: { cookie } });
  expect(status).toBe(200);
  return json as Page;
};
const listedIds = async (query = '') => (await list(query)).items.map(({ id }) => id);
const idsShownAs = (...statuses: string[]) =>
  rewards
    .filter((_reward, index) => statuses.includes(kindOf(index).shown))
    .map(({ reward_id }) => reward_id)
    .reverse();

test('rewards come newest first, 50 by default', async () =>
  expect(await listedIds()).toEqual(ids.slice(0, 50)));

test('an item has what the owner may see, exactly', async () => {
  const { text } = await service.request('GET', `${PATH}?limit=1`, { headers: { cookie } });
  expect(text).toMatch(
    /^\{"items":\[\{"id":"reward#229","amount_micro":9007199254741222,"status":"available","unlocks_at":"2026-02-01T00:00:00.000Z","granted_at":"2026-01-01T00:00:00.032Z","source":"referral"\}\],"next_cursor":"[\w-]+"\}$/,
  );
});

test('the status is that of this moment, whether or not the reward was moved', async () => {
  const { items } = await list('?limit=200');
  expect(items.map(({ status }) => status)).toEqual(
    Array.from({ length: 200 }, (_, index) => kindOf(COUNT - 1 - index).shown),
  );
});

test('a reversal that came before its grant is not in the list', async () => {
  const session = await service.newSession({});
  await service.putReward({ user_id: session.user_id, reward_id: 'r', status: 'reversed' });
  const { text } = await service.request('GET', PATH, { headers: { cookie: session.cookie } });
  expect(text).toBe('{"items":[]}');
});

test('nobody sees another user’s rewards, cursor or not', async () => {
  const { next_cursor } = await list('?limit=1');
  const other = await service.newSession({});
  for (const path of [PATH, `${PATH}?cursor=${next_cursor}`])
    expect(
      (await service.request('GET', path, { headers: { cookie: other.cookie } })).json,
    ).toEqual({
      items: [],
    });
});

test('without a session there is no list', async () =>
  expect(await service.request('GET', PATH)).toMatchObject({
    status: 401,
    json: { error: 'unauthenticated' },
  }));

test('limit and offset choose the rows, and nonsense is ignored', async () => {
  expect(await listedIds('?limit=3&offset=2')).toEqual(ids.slice(2, 5));
  expect(await listedIds('?offset=225')).toEqual(ids.slice(225));
  expect(await listedIds('?limit=201&offset=-1')).toEqual(ids.slice(0, 50));
});

describe('cursor', () => {
  const walk = async (query: string) => {
    const pages: Page[] = [];
    let cursor: string | undefined;
    do {
      pages.push(await list(`${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`));
      cursor = pages.at(-1)?.next_cursor;
    } while (cursor !== undefined);
    return pages.map(({ items }) => items.map(({ id }) => id));
  };

  test('leads through all pages, each row once, also within one millisecond', async () => {
    const pages = await walk('?limit=50');
    expect(pages.flat()).toEqual(ids);
    expect(pages.map((page) => page.length)).toEqual([50, 50, 50, 50, 30]);
  });

  test('leads through filtered pages, each matching row once', async () =>
    expect((await walk('?limit=20&status=available')).flat()).toEqual(idsShownAs('available')));

  test('takes the place of an offset', async () => {
    const { next_cursor } = await list('?limit=10');
    expect(await listedIds(`?limit=5&offset=100&cursor=${next_cursor}`)).toEqual(ids.slice(10, 15));
  });

  test.each([
    'x',
    '',
    '%F0%9F%98%80',
    Buffer.from('01a204d3-28e0-7285-b278-86bb311f921e').toString('base64url'),
    Buffer.from('2026-01-01T00:00:00.000Z#').toString('base64url'),
  ])('%j is invalid_args', async (cursor) =>
    expect(
      await service.request('GET', `${PATH}?cursor=${cursor}`, { headers: { cookie } }),
    ).toMatchObject({
      status: 400,
      json: { error: 'invalid_args' },
    }),
  );
});

describe('status', () => {
  test.each(REWARD_STATUSES)('%s alone', async (status) =>
    expect(await listedIds(`?status=${status}&limit=200`)).toEqual(idsShownAs(status)),
  );

  test('a list of them, with an offset that counts matching rows', async () =>
    expect(await listedIds('?status=reversed,pending&limit=200&offset=10')).toEqual(
      idsShownAs('pending', 'reversed').slice(10),
    ));

  test.each(['unknown', 'PENDING', 'constructor', ''])('%j matches nothing', async (status) =>
    expect(await list(`?status=${status}`)).toEqual({ items: [] }),
  );
});
