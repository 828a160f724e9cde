import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { SHARDS } from '../../../../lib/store/dynamodb/indexes.ts';
import { measureQueue } from '../../../../lib/store/payouts/queue-age.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { payout } from '../../../support/histories.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);
beforeEach(() => {
  const now = wire.time.now();
  wire.time.now = () => now;
});

const measure = () => measureQueue(wire.store());
const ago = (milliseconds: number) => rfc3339(wire.time.now() - milliseconds);

/** A payout in this shard that has had its status for so long. */
const waiting = async (
  status: 'requested' | 'processing' | 'sent',
  milliseconds: number,
  shard = 'a',
) => {
  const item = payout(randomUUID(), status, 1n, randomUUID().slice(0, -1) + shard);
  const history = [{ status, at: ago(milliseconds), by: 'ann' }];
  await database.putPayout({ ...item, requested_at: ago(milliseconds + 500_000), history });
};

test('an empty queue is read with one query of each shard, and has no age', async () => {
  expect(await measure()).toEqual({ oldest_requested_s: 0, oldest_processing_s: 0 });
  const asked = wire.proxy.log.map(({ request }) => request.ExpressionAttributeValues);
  expect(asked).toHaveLength(16);
  for (const shard of SHARDS)
    expect(asked).toContainEqual({ ':shard': { S: shard }, ':open': { S: 'open#' } });
});

test('each status is as old as the payout that has had it longest, in whole seconds', async () => {
  await waiting('requested', 7_999, '0');
  await waiting('requested', 3_000, 'f');
  await waiting('processing', 60_000, '7');
  await waiting('processing', 90_000, '7');
  await waiting('sent', 500_000);
  expect(await measure()).toEqual({ oldest_requested_s: 7, oldest_processing_s: 90 });
});

test.each([
  'yesterday',
  // The form of a time, and none that JavaScript can read: an age by it would be no number.
  '2026-01-01T00:00:00.000+05',
])('a payout of %s is corrupt, logged, so that its alarm rings, and hides no other', async (at) => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const corrupt = payout(randomUUID(), 'requested', 1n);
  await database.putPayout({ ...corrupt, requested_at: at, history: [] });
  await waiting('requested', 100_000, 'c');
  expect(await measure()).toMatchObject({ oldest_requested_s: 100 });
  const { id, user_id } = corrupt;
  const message = 'PayoutsTable: requested_at';
  const line = { event: 'corrupt_item', id, user_id, message };
  expect(logged.mock.calls).toMatchObject([[line]]);
  await database.changePayout(String(user_id), String(id), { queue_key: 'done#' });
});
