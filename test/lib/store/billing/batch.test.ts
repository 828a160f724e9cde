/** A batch from the queue: what fails is named, and nothing else is held up. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyBatch } from '../../../../lib/store/billing/batch.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { closed, granted, opened, reversed } from '../../../support/sample-events.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const BUDGET_MS = 3000;

let database: Database;
let wire: Wire;
let user_id: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
  vi.spyOn(console, 'error').mockReturnValue();
  user_id = randomUUID();
});

/** Applies the bodies as messages 0, 1, 2, ... and gives the ids of those that failed, in order. */
const deliver = async (bodies: string[], budgetMs = BUDGET_MS) => {
  const messages = bodies.map((body, index) => ({ messageId: String(index), body }));
  return (await applyBatch(wire.db, database.tables, messages, wire.time.now() + budgetMs)).sort();
};

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
    [
      'malformed: detail-type',
      () => reversed({ user_id }, { 'detail-type': 'referral.reward.doubled' }),
    ],
    ['malformed: detail.user_id', () => reversed({ user_id: 'me' })],
    [
      'malformed: detail.amount_micro',
      () => granted({ user_id, reward_id: 'bad', amount_micro: 0n }),
    ],
    ['malformed: detail.total_micro', () => opened({ user_id, total_micro: 1.5 })],
    ['malformed: detail.invoice_id', () => closed({ user_id, invoice_id: '' })],
  ])('(%s) is reported and logged, and its neighbours are applied', async (reason, malformed) => {
    const good = [
      granted({ user_id, reward_id: randomUUID() }),
      granted({ user_id, reward_id: randomUUID() }),
    ];
    expect(await deliver([good[0] ?? '', malformed(), good[1] ?? ''])).toEqual(['1']);
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
    granted({ user_id: randomUUID(), reward_id: randomUUID() }),
  ];
  expect(await deliver(bodies)).toEqual(['1']);
  expect(warnings()).toEqual([
    {
      event: 'event_rejected',
      message_id: '1',
      reason: 'contradicts an earlier event: amount_micro',
    },
  ]);
});

test('a corrupt item fails its own message alone, and is logged as such', async () => {
  const reward_id = randomUUID();
  await database.putReward({ user_id, reward_id, status: 'pending' });
  expect(
    await deliver([
      reversed({ user_id, reward_id }),
      granted({ user_id, reward_id: randomUUID() }),
    ]),
  ).toEqual(['0']);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'corrupt_item', message_id: '0' }),
  );
});

test('what could not be written in time is reported, and applied when it comes again', async () => {
  const bodies = Array.from({ length: 4 }, () => granted({ user_id, reward_id: randomUUID() }));
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
  expect(await deliver([granted({ user_id, reward_id: randomUUID() }), 'hello'], 0)).toEqual([
    '0',
    '1',
  ]);
  expect(wire.proxy.log).toEqual([]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ message_id: '0', message: 'no time was left for it' }),
  );
});
