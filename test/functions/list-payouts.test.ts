import { beforeAll, describe, expect, test } from 'vitest';
import { newPayout, PAYOUT_STATUSES } from '../../lib/payout.ts';
import { payoutItem } from '../../lib/store/payouts/payout-items.ts';
import { PATHS, PAYOUT_REQUEST } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { COUNT, testOwnList, useOwnList } from './own-list.ts';

const service = useService();
const own = useOwnList(service, PATHS.payouts);
const { list, listedIds, walk } = own;

beforeAll(async () => {
  const { cookie, user_id } = await service.newSession({});
  const payouts = Array.from({ length: COUNT }, (_, index) => ({
    ...newPayout(user_id, PAYOUT_REQUEST, 1n, Date.UTC(2026, 0, 1) + index),
    status: PAYOUT_STATUSES[index % PAYOUT_STATUSES.length] ?? 'requested',
  }));
  for (const payout of payouts) await service.putPayout(payoutItem(payout));
  Object.assign(own, { cookie, ids: payouts.map(({ id }) => id).reverse() });
});

testOwnList(service, own, ['bm90LWFuLWlk', '../../etc']);

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
  const { cookie, user_id } = await service.newSession({ available_micro: 25_000_000n });
  const { id } = await service.requestPayout(cookie);
  const settled = {
    status: 'sent',
    tx_hash: '0xabc',
    note: 'done',
    completed_at: '2026-01-02T03:04:05.678Z',
  };
  await service.changePayout(user_id, id, settled);
  expect((await own.request('', cookie)).json).toMatchObject({ items: [settled] });
});

test('one that cannot be read is left out, and hides no other', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 75_000_000n });
  const first = await service.requestPayout(cookie);
  const corrupt = await service.requestPayout(cookie);
  const last = await service.requestPayout(cookie);
  await service.changePayout(user_id, corrupt.id, { status: 'lost' });
  expect((await own.request('', cookie)).json).toEqual({ items: [last, first] });
  expect((await own.request('?limit=1', cookie)).json).toMatchObject({ items: [last] });
  expect(service.logs.filter((line) => line.includes('corrupt_item'))).toHaveLength(2);
  const { status } = await service.request('GET', `${PATHS.payouts}/${corrupt.id}`, { cookie });
  expect(status).toBe(500);
});

test('a payout is listed as soon as it was answered', async () => {
  const { cookie } = await service.newSession({ available_micro: 25_000_000n });
  const accepted = await service.requestPayout(cookie);
  expect((await own.request('', cookie)).json).toEqual({ items: [accepted] });
});

describe('status', () => {
  test.each(PAYOUT_STATUSES)('%s alone', async (status) => {
    const { items } = await list(`?status=${status}&limit=200`);
    expect(items).toHaveLength(COUNT / PAYOUT_STATUSES.length);
    expect(items.every((item) => item.status === status)).toBe(true);
  });

  test('a list of them, with an offset that counts matching rows', async () => {
    const all = await listedIds('?status=sent,requested&limit=200');
    expect(all).toHaveLength((2 * COUNT) / PAYOUT_STATUSES.length);
    expect(await listedIds('?status=requested,sent&limit=200&offset=10')).toEqual(all.slice(10));
  });

  test('a list of them leads through pages, each matching row once', async () => {
    const statusOf = (at: number) => PAYOUT_STATUSES[(COUNT - 1 - at) % PAYOUT_STATUSES.length];
    const wanted = own.ids.filter((_id, at) => /^(sent|failed)$/.test(statusOf(at) ?? ''));
    expect((await walk('?limit=20&status=sent,failed')).flat()).toEqual(wanted);
  });

  test('an unknown value beside a known one changes nothing', async () =>
    expect(await listedIds('?status=sent,unknown')).toEqual(await listedIds('?status=sent')));
});
