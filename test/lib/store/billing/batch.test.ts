/** A batch from the queue: what fails is named, and nothing else is held up. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { applyBatch } from '../../../../lib/store/billing/batch.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { closed, granted, opened, reversed } from '../../../support/sample-events.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

let user_id: string;
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
  user_id = randomUUID();
});

/** Applies the bodies as messages 0, 1, 2, ... and gives the ids of those that failed, in order. */
const deliver = async (bodies: string[], budgetMs?: number) => {
  const messages = bodies.map((body, index) => ({ messageId: String(index), body }));
  return (await applyBatch(wire.store(budgetMs), messages)).sort();
};
/** A grant of a reward of its own. */
const one = (user = user_id) => granted({ user_id: user, reward_id: randomUUID() });

const warnings = () => vi.mocked(console.warn).mock.calls.map(([line]) => line);
const rewardCount = async (user = user_id) => (await database.rewards(user)).length;

test('an empty batch has no failures', async () => expect(await deliver([])).toEqual([]));

test('everything that is well is applied, also for many users at once', async () => {
  const users = Array.from({ length: 25 }, () => randomUUID());
  const bodies = users.flatMap((user_id) => [
    granted({ user_id, reward_id: user_id }),
    opened({ user_id, invoice_id: user_id }),
  ]);
  expect(await deliver(bodies)).toEqual([]);
  for (const user of users) {
    expect(await rewardCount(user)).toBe(1);
    expect(await database.invoices(user)).toHaveLength(1);
  }
});

describe('a malformed message', () => {
  test.each([
    ['not JSON', () => 'hello'],
    ['malformed: detail-type', () => reversed({ user_id }, { 'detail-type': 'doubled' })],
    ['malformed: detail.user_id', () => reversed({ user_id: 'me' })],
    ['malformed: detail.amount_micro', () => granted({ user_id, amount_micro: 0n })],
    ['malformed: detail.total_micro', () => opened({ user_id, total_micro: 1.5 })],
    ['malformed: detail.invoice_id', () => closed({ user_id, invoice_id: '' })],
  ])('(%s) is reported and logged, and its neighbours are applied', async (reason, malformed) => {
    expect(await deliver([one(), malformed(), one()])).toEqual(['1']);
    expect(await rewardCount()).toBe(2);
    expect(warnings()).toEqual([{ event: 'event_rejected', message_id: '1', reason }]);
  });
});

test('a contradiction is reported, beside the events that it contradicts', async () => {
  const id = randomUUID();
  const bodies = [
    granted({ user_id, reward_id: id }),
    granted({ user_id, reward_id: id, amount_micro: 7n }),
    granted({ user_id, reward_id: id }),
    one(randomUUID()),
  ];
  expect(await deliver(bodies)).toEqual(['1']);
  const reason = 'contradicts an earlier event: amount_micro';
  expect(warnings()).toEqual([{ event: 'event_rejected', message_id: '1', reason }]);
});

test('a corrupt item fails its own message alone, and is logged as such', async () => {
  const reward_id = randomUUID();
  await database.putReward({ user_id, reward_id, status: 'pending' });
  expect(await deliver([reversed({ user_id, reward_id }), one()])).toEqual(['0']);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'corrupt_item', message_id: '0' }),
  );
});

test('what could not be written in time is reported, and applied when it comes again', async () => {
  const bodies = Array.from({ length: 4 }, () => one());
  wire.proxy.script('TransactWriteItems', [faults.none], faults.conflict);
  expect(await deliver(bodies)).toEqual(['1', '2', '3']);
  expect(warnings().every(({ event }) => event === 'retrying')).toBe(true);
  wire.proxy.script('TransactWriteItems', []);
  expect(await deliver(bodies)).toEqual([]);
  expect(await rewardCount()).toBe(4);
  expect(await database.account(user_id)).toMatchObject({
    pending_micro: 20_000_000n,
    version: 4n,
  });
});

test('what no time is left for is reported without being tried', async () => {
  const now = wire.time.now();
  wire.time.now = () => now;
  expect(await deliver([one(), 'hello'], 0)).toEqual(['0', '1']);
  expect(wire.proxy.log).toEqual([]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ message_id: '0', message: 'no time was left for it' }),
  );
});
