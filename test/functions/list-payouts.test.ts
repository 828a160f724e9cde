import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPayout } from '../../lib/payout.ts';
import { payoutItem } from '../../lib/store/payouts/user-payouts.ts';
import { type Service, startService } from '../support/service.ts';

const PATH = '/v1/referrals/payouts';
const COUNT = 230;
const STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'] as const;

type Page = { items: { id: string; status: string }[]; next_cursor?: string };

let service: Service;
let cookie: string;
let ids: string[];

beforeAll(async () => {
  service = await startService();
  const session = await service.newSession({});
  cookie = session.cookie;
  const payouts = Array.from({ length: COUNT }, (_, index) => ({
    ...newPayout(
      session.user_id,
      {
        amount_micro: 10_000_000n,
        network: 'polygon',
        address: '0xde709f2102306220921060314715629080e2fb77',
      },
      1n,
      Date.UTC(2026, 0, 1) + index,
    ),
    status: STATUSES[index % STATUSES.length] ?? 'requested',
  }));
  for (const payout of payouts) await service.putPayout(payoutItem(payout));
  ids = payouts.map(({ id }) => id).reverse();
});
afterAll(() => service.stop());

const list = async (query = '') => {
  const { status, json } = await service.request('GET', `${PATH}${query}`, { headers: { cookie } });
  expect(status).toBe(200);
  return json as Page;
};
const listedIds = async (query = '') => (await list(query)).items.map(({ id }) => id);

test('payouts come newest first, 50 by default', async () =>
  expect(await listedIds()).toEqual(ids.slice(0, 50)));

test('an item is the payout as its owner may see it', async () => {
  const [item] = (await list('?limit=1')).items;
  expect(Object.keys(item ?? {})).toEqual([
    'id',
    'user_id',
    'amount_micro',
    'network',
    'address',
    'status',
    'requested_at',
  ]);
});

test('what settlement adds is shown', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 10_000_000n });
  const body = JSON.stringify({
    amount_micro: 10_000_000,
    network: 'polygon',
    address: '0xde709f2102306220921060314715629080e2fb77',
  });
  const headers = { 'content-type': 'application/json', cookie };
  const { json } = await service.request('POST', PATH, { headers, body });
  const settled = {
    status: 'sent',
    tx_hash: '0xabc',
    note: 'done',
    completed_at: '2026-01-02T03:04:05.678Z',
  };
  await service.changePayout(user_id, (json as { id: string }).id, settled);
  expect((await service.request('GET', PATH, { headers: { cookie } })).json).toMatchObject({
    items: [settled],
  });
});

test('a payout is listed as soon as it was answered', async () => {
  const { cookie } = await service.newSession({ available_micro: 10_000_000n });
  const body = JSON.stringify({
    amount_micro: 10_000_000,
    network: 'polygon',
    address: '0xde709f2102306220921060314715629080e2fb77',
  });
  const accepted = await service.request('POST', PATH, {
    headers: { 'content-type': 'application/json', cookie },
    body,
  });
  expect((await service.request('GET', PATH, { headers: { cookie } })).json).toEqual({
    items: [accepted.json],
  });
});

test('a user without payouts gets an empty list', async () => {
  const { cookie } = await service.newSession({});
  expect((await service.request('GET', PATH, { headers: { cookie } })).text).toBe('{"items":[]}');
});

test('nobody sees another user’s payouts, cursor or not', async () => {
  const { next_cursor } = await list('?limit=1');
  const other = await service.newSession({});
  const { json } = await service.request('GET', `${PATH}?cursor=${next_cursor}`, {
    headers: { cookie: other.cookie },
  });
  expect(json).toEqual({ items: [] });
});

test('without a session there is no list', async () =>
  expect(await service.request('GET', PATH, {})).toMatchObject({
    status: 401,
    json: { error: 'unauthenticated' },
  }));

describe('limit and offset', () => {
  test.each([
    ['?limit=1', 0, 1],
    ['?limit=200', 0, 200],
    ['?limit=3&offset=2', 2, 5],
    ['?offset=225', 225, 230],
    ['?offset=230', 230, 230],
    ['?offset=100000', 230, 230],
  ])('%s gives rows %i to %i', async (query, from, to) =>
    expect(await listedIds(query)).toEqual(ids.slice(from, to)),
  );

  test.each([
    '?limit=0',
    '?limit=201',
    '?limit=-1',
    '?limit=ten',
    '?limit=',
    '?limit=1.5',
    '?offset=-1',
    '?offset=x',
    '?limit=1&limit=2',
  ])('%s is ignored', async (query) => expect(await listedIds(query)).toEqual(ids.slice(0, 50)));
});

describe('cursor', () => {
  const walk = async (query: string) => {
    const pages: Page[] = [];
    let cursor: string | undefined;
    do {
      pages.push(await list(`${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`));
      cursor = pages.at(-1)?.next_cursor;
    } while (cursor !== undefined);
    return pages;
  };

  test('leads through all pages, each row once', async () => {
    const pages = await walk('?limit=50');
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(ids);
    expect(pages.map(({ items }) => items.length)).toEqual([50, 50, 50, 50, 30]);
  });

  test('is missing when the last row was the last of a full page', async () => {
    expect((await list('?limit=30&offset=200')).next_cursor).toBeUndefined();
    expect((await list('?limit=29&offset=200')).next_cursor).toBeDefined();
  });

  test('leads through filtered pages, each matching row once', async () => {
    const pages = await walk('?limit=20&status=sent,failed');
    const wanted = ids.filter((_id, index) =>
      ['sent', 'failed'].includes(STATUSES[(COUNT - 1 - index) % 5] ?? ''),
    );
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(wanted);
  });

  test('takes the place of an offset', async () => {
    const { next_cursor } = await list('?limit=10');
    expect(await listedIds(`?limit=5&offset=100&cursor=${next_cursor}`)).toEqual(ids.slice(10, 15));
  });

  test.each(['x', '', '%F0%9F%98%80', 'bm90LWFuLWlk', '../../etc'])(
    '%j is invalid_args',
    async (cursor) =>
      expect(
        await service.request('GET', `${PATH}?cursor=${cursor}`, { headers: { cookie } }),
      ).toMatchObject({
        status: 400,
        json: { error: 'invalid_args' },
      }),
  );
});

describe('status', () => {
  test.each(STATUSES)('%s alone', async (status) => {
    const { items } = await list(`?status=${status}&limit=200`);
    expect(items).toHaveLength(COUNT / STATUSES.length);
    expect(items.every((item) => item.status === status)).toBe(true);
  });

  test('a list of them, with an offset that counts matching rows', async () => {
    const all = await listedIds('?status=sent,requested&limit=200');
    expect(all).toHaveLength((2 * COUNT) / STATUSES.length);
    expect(await listedIds('?status=requested,sent&limit=200&offset=10')).toEqual(all.slice(10));
  });

  test.each(['unknown', 'SENT', 'constructor', ''])('%j matches nothing', async (status) =>
    expect(await list(`?status=${status}`)).toEqual({ items: [] }),
  );

  test('an unknown value beside a known one changes nothing', async () =>
    expect(await listedIds('?status=sent,unknown')).toEqual(await listedIds('?status=sent')));
});
