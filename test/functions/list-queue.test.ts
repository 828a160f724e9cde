import { expect, test } from 'vitest';
import type { Payout } from '../../lib/payout.ts';
import { operatorArn } from '../support/requests.ts';
import { PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

const queue = async (query = '') => {
  const { status, json } = await service.operator('ann')('GET', PATHS.queue + query);
  return { status, ...(json as { items: Payout[]; next_cursor?: string; error?: string }) };
};

test('lists what is requested, oldest first, in pages; a claimed one is in the other list', async () => {
  const { cookie } = await service.newSession({ available_micro: 50_000_000n });
  const second = await service.requestPayout(cookie);
  const third = await service.requestPayout(cookie);
  await given.operate('processing', undefined, 'ann', second.id);
  const requested: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await queue(`?limit=1${cursor && `&cursor=${cursor}`}`);
    expect(page.items.length).toBeLessThanOrEqual(1);
    requested.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(requested.slice(-2)).toEqual([given.payout.id, third.id]);
  expect([...requested].sort()).toEqual(requested);
  const processing = await queue('?status=processing');
  expect(processing.items.at(-1)).toMatchObject({
    id: second.id,
    history: [{ by: 'user' }, { by: operatorArn('ann') }],
  });
});

test('one that cannot be read is shown in both lists, in its place', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 50_000_000n });
  const corrupt = await service.requestPayout(cookie);
  const after = await service.requestPayout(cookie);
  await service.changePayout(user_id, corrupt.id, { amount_micro: 'a lot' });
  const shown = { id: corrupt.id, user_id, unreadable: true };
  expect((await queue('?limit=200')).items.slice(-3)).toMatchObject([given.payout, shown, after]);
  expect((await queue('?status=processing')).items.at(-1)).toEqual(shown);
  expect((await given.operate('processing', undefined, 'ann', corrupt.id)).status).toBe(500);
});

test.each([
  '?status=sent',
  '?status=',
  '?status=requested,processing',
  '?cursor=x',
  '?mine=false',
  '?min_micro=0',
  '?requested_before=2026-03-01',
])('%s is refused', async (query) => {
  const field = query.slice(1, query.indexOf('='));
  expect(await queue(query)).toMatchObject({ status: 400, error: 'invalid_args', field });
});

test('what is mine is what I have claimed and not given up', async () => {
  const { cookie } = await service.newSession({ available_micro: 50_000_000n });
  const mine = await service.requestPayout(cookie);
  await given.operate('processing', undefined, 'ann', mine.id);
  const listed = async () => (await queue('?mine=true&limit=200')).items.map(({ id }) => id);
  const before = await listed();
  expect(before).toContain(mine.id);
  await given.operate('released', { note: 'not now' }, 'ann', mine.id);
  expect(await listed()).toEqual(before.filter((id) => id !== mine.id));
  await given.operate('processing', undefined, 'bob', mine.id);
  expect(await listed()).toEqual(before.filter((id) => id !== mine.id));
});

test('what needs a review is listed whatever became of it, and of a status where one is given', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 50_000_000n });
  const failed = await service.requestPayout(cookie);
  const claimed = await service.requestPayout(cookie);
  await given.operate('failed', { note: 'not paid' }, 'ann', failed.id);
  await given.operate('processing', undefined, 'ann', claimed.id);
  const review = { why: 'It has paid.', since: '2026-02-02T00:00:00.000Z' };
  for (const { id } of [failed, claimed])
    await service.changePayout(user_id, id, { review, look_key: `review#${id}` });
  const listed = async (query: string) =>
    (await queue(`?needs_review=true${query}`)).items.map(({ id }) => id);
  expect(await listed('')).toEqual([failed.id, claimed.id]);
  expect(await listed('&status=processing')).toEqual([claimed.id]);
  expect(await listed('&status=requested')).toEqual([]);
  const first = await queue('?needs_review=true&limit=1');
  expect(first.items).toMatchObject([{ id: failed.id, status: 'failed', review }]);
  expect(await listed(`&cursor=${first.next_cursor}`)).toEqual([claimed.id]);
  await given.operate('reviewed', { note: 'looked' }, 'bob', failed.id);
  expect(await listed('')).toEqual([claimed.id]);
});

test('what was requested before a moment is what the payouts themselves say', async () => {
  const { cookie } = await service.newSession({ available_micro: 50_000_000n });
  const { id, requested_at } = await service.requestPayout(cookie);
  const requestedBefore = async (time: string) =>
    (await queue(`?limit=200&requested_before=${time}`)).items.map((payout) => payout.id);
  expect(await requestedBefore(requested_at)).not.toContain(id);
  const next = new Date(Date.parse(requested_at) + 1).toISOString();
  expect((await requestedBefore(next)).at(-1)).toBe(id);
});

test.each(['?limit=0', '?limit=201', '?limit=x'])('%s takes the default', async (query) =>
  expect((await queue(query)).status).toBe(200),
);
