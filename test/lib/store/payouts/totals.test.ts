import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { newId } from '../../../../lib/ids.ts';
import { INT64_MAX } from '../../../../lib/money.ts';
import { SHARDS } from '../../../../lib/store/dynamodb/indexes.ts';
import { sumUpQueue } from '../../../../lib/store/payouts/totals.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Exchange, faults } from '../../../support/fault-proxy.ts';
import { payout } from '../../../support/histories.ts';
import { ATTEMPT_TIMEOUT_MS } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

const NOW = Date.parse('2026-03-01T00:00:00.000Z');
const sumUp = () => {
  wire.time.now = () => NOW;
  return sumUpQueue(wire.store(10_000));
};

/** Stored for the length of one test. */
const store = async (
  status: 'requested' | 'processing' | 'sent',
  waitedMs: number,
  more: object = {},
  shard = '3',
) => {
  const history = [{ status, at: rfc3339(NOW - waitedMs), by: 'ann' }];
  const item = payout(randomUUID(), status, 7n, newId(NOW).slice(0, -1) + shard);
  await database.putPayout({ ...item, history, ...more });
  stored.push(item);
};
const stored: Record<string, unknown>[] = [];
const removeAll = async () => {
  for (const { user_id, id } of stored.splice(0))
    await database.changePayout(String(user_id), String(id), { queue_key: 'done#x' });
};

const total = (network: string, status: string, count: number, sum: bigint, waitedMs: number) => ({
  network,
  status,
  count,
  sum_micro: sum,
  oldest_since: rfc3339(NOW - waitedMs),
  oldest_s: Math.max(0, Math.floor(waitedMs / 1000)),
});

test('an empty queue has no totals, and takes one query of each shard', async () => {
  expect(await sumUp()).toEqual({ totals: [], unreadable: 0, is_complete: true });
  const asked = wire.proxy.log.map(({ request }) => request.ExpressionAttributeValues);
  expect(asked).toHaveLength(SHARDS.length);
});

test('each network and status has its count, its exact sum and its oldest, over all shards', async () => {
  for (const shard of SHARDS) await store('requested', 5_999, {}, shard);
  await store('requested', 60_000, { amount_micro: INT64_MAX });
  await store('requested', 1, { network: 'dogecoin' });
  await store('processing', 2_000);
  // Dated by a clock that is ahead of this one.
  await store('processing', -500, { network: 'ethereum' });
  await store('sent', 900_000);
  // The index has not heard of its end.
  await store('sent', 900_000, { queue_key: 'open#late' });
  expect(await sumUp()).toEqual({
    totals: [
      total('dogecoin', 'requested', 1, 7n, 1),
      total('ethereum', 'processing', 1, 7n, -500),
      total('polygon', 'processing', 1, 7n, 2_000),
      total('polygon', 'requested', 17, 16n * 7n + INT64_MAX, 60_000),
    ],
    unreadable: 0,
    is_complete: true,
  });
  await removeAll();
});

test('what cannot be read is counted and logged by its ids, and is in no sum', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  await store('requested', 1_000);
  await store('requested', 1_000, { amount_micro: 'a lot' });
  expect(await sumUp()).toMatchObject({ totals: [{ count: 1, sum_micro: 7n }], unreadable: 1 });
  const { id, user_id } = stored[1] ?? {};
  const line = { event: 'corrupt_item', id, user_id, message: 'PayoutsTable: amount_micro' };
  expect(logged.mock.calls).toMatchObject([[line]]);
  await removeAll();
});

test('a shard of several pages is read to its end', async () => {
  // A query reads one megabyte of items, whatever it projects.
  const large = { restored_by: 'x'.repeat(300_000) };
  for (let count = 0; count < 5; count++) await store('requested', 1_000, large);
  expect(await sumUp()).toMatchObject({ totals: [{ count: 5 }], is_complete: true });
  expect(wire.proxy.log.length).toBeGreaterThan(SHARDS.length);
  await removeAll();
});

test('where time is over first, what was read is told, as not complete', async () => {
  const large = { restored_by: 'x'.repeat(300_000) };
  for (let count = 0; count < 5; count++) await store('requested', 1_000, large);
  const { deadlineMs, ...rest } = wire.store(10_000);
  let isLate = false;
  wire.time.now = () => (isLate ? deadlineMs : NOW);
  // The first page of the long shard takes all the time that there is.
  const slowly = async (exchange: Exchange) => {
    const reply = await exchange.forward();
    isLate ||= JSON.stringify(exchange.request).includes('{"S":"3"}');
    exchange.reply(reply);
  };
  wire.proxy.script('Query', Array(SHARDS.length).fill(slowly));
  const { totals, is_complete } = await sumUpQueue({ ...rest, deadlineMs });
  expect(is_complete).toBe(false);
  expect(totals).toMatchObject([{ network: 'polygon', status: 'requested' }]);
  expect(totals[0]?.count).toBeLessThan(5);
  expect(totals[0]?.count).toBeGreaterThan(0);
  await removeAll();
});

test('with no time for an attempt that ends before the deadline nothing is asked', async () => {
  wire.time.now = () => NOW;
  expect(await sumUpQueue(wire.store(ATTEMPT_TIMEOUT_MS))).toMatchObject({ is_complete: false });
  expect(wire.proxy.log).toEqual([]);
  expect(await sumUpQueue(wire.store(ATTEMPT_TIMEOUT_MS + 1))).toMatchObject({ is_complete: true });
});

test('with no time at all nothing is asked', async () => {
  expect(await sumUpQueue(wire.store(0))).toEqual({
    totals: [],
    unreadable: 0,
    is_complete: false,
  });
  expect(wire.proxy.log).toEqual([]);
});

test('reads that fail until time is over leave it incomplete; those that fail before are a fault', async () => {
  let now = NOW;
  wire.time.now = () => now;
  wire.time.sleep = async (milliseconds) => {
    now += milliseconds;
  };
  wire.proxy.script('Query', Array(200).fill(faults.failBefore));
  await expect(sumUpQueue(wire.store(60_000))).rejects.toThrow();
  // Enough for one attempt, and not for one after the pauses between them.
  expect(await sumUpQueue(wire.store(ATTEMPT_TIMEOUT_MS + 20))).toMatchObject({
    is_complete: false,
  });
});
