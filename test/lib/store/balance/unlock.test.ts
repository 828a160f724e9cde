/** Rewards whose time has come: each moves once, whoever looks first, and none is overlooked. */
import { describe, expect, test, vi } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { lookAtPending, unlockDue, unlockEnough } from '../../../../lib/store/balance/unlock.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { awsError, type Fault, faults } from '../../../support/fault-proxy.ts';
import { meanwhile, pagesOf } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { LONG_MS, UNIT, useRewards } from './rewards-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const user = useRewards(database, wire);

const unlock = () => unlockDue(wire.store(LONG_MS), user.id);
const unlockUpTo = (enoughMicro: bigint) => unlockEnough(wire.store(LONG_MS), user.id, enoughMicro);
const statuses = async () => (await database.rewards(user.id)).map(({ status }) => status);
const operations = (wanted: string) =>
  wire.proxy.log.filter(({ operation }) => operation === wanted);

test('what is due is moved, and what is not is left', async () => {
  await user.grant(3, -10_000, 'due');
  await user.grant(2, 60_000, 'later');
  expect(await lookAtPending(wire.store(), user.id)).toEqual({ read: 3, dueMicro: 3n * UNIT });
  expect(await unlock()).toEqual({ rewards: 3, amountMicro: 3n * UNIT });
  expect(await lookAtPending(wire.store(), user.id)).toEqual({ read: 0, dueMicro: 0n });
  expect(await user.stored()).toEqual({ pending: 2n * UNIT, available: 3n * UNIT });
  expect(await statuses()).toEqual(['available', 'available', 'available', 'pending', 'pending']);
});

test('what was read to its end and moved is not looked at again', async () => {
  await user.grant(3, -10_000);
  await unlock();
  expect(wire.proxy.operations()).toEqual(['Query', 'TransactWriteItems']);
});

test('where more is due than is added up, what is not due yet is, or else what was due before', async () => {
  const look = () => lookAtPending(wire.store(), user.id, 3);
  await user.grant(4, -10_000, 'due');
  await user.grant(2, 60_000, 'later');
  expect(await look()).toEqual({ read: 5, notYetMicro: 2n * UNIT });
  await user.grant(2, 90_000, 'last');
  expect(await look()).toEqual({ read: 6, dueMicro: 2n * UNIT, until: expect.any(String) });
});

test('an unlocked reward leaves the sparse indexes', async () => {
  await user.grant(1, -1);
  await unlock();
  const [reward] = await database.rewards(user.id);
  expect(reward).not.toHaveProperty('pending_until');
  expect(reward).not.toHaveProperty('due_shard');
});

test('a reward is due from its very millisecond on, and not one before', async () => {
  const soon = wire.time.now() + 60_000;
  const reward = { reward_id: 'a', amount_micro: UNIT, unlocks_at: rfc3339(soon) };
  await database.grant(user.id, [reward]);
  for (const [now, rewards] of [
    [soon - 1, 0],
    [soon, 1],
  ] as const) {
    wire.time.now = () => now;
    expect(await unlock()).toMatchObject({ rewards });
  }
});

test('it goes on over as many transactions as it takes', async () => {
  await user.grant(250, -10_000);
  expect(await unlock()).toEqual({ rewards: 250, amountMicro: 250n * UNIT });
  expect(await user.stored()).toEqual({ pending: 0n, available: 250n * UNIT });
  expect(operations('TransactWriteItems')).toHaveLength(3);
});

describe('of what is due no more is moved than is needed', () => {
  test.each([
    [1n, 1],
    [UNIT, 1],
    [UNIT + 1n, 2],
    [99n * UNIT, 99],
    [100n * UNIT, 100],
    [250n * UNIT, 250],
  ])('%s of 250 takes %i', async (enoughMicro, rewards) => {
    await user.grant(250, -10_000);
    expect(await unlockUpTo(enoughMicro)).toEqual({ rewards, amountMicro: BigInt(rewards) * UNIT });
    expect(operations('Query')).toHaveLength(1);
    expect(operations('TransactWriteItems')).toHaveLength(Math.ceil(rewards / 99));
    expect(wire.time.pauses).toEqual([]);
  });

  test('the largest first, so that it takes the fewest transactions', async () => {
    await user.grant(150, -10_000, 'small');
    const unlocks_at = rfc3339(wire.time.now() - 1);
    const large = [7n, 9n, 8n].map((units) => ({
      reward_id: `large-${units}`,
      amount_micro: units * UNIT,
      unlocks_at,
    }));
    await database.grant(user.id, large);
    expect(await unlockUpTo(17n * UNIT)).toEqual({ rewards: 2, amountMicro: 17n * UNIT });
    expect(await unlockUpTo(105n * UNIT)).toEqual({ rewards: 99, amountMicro: 105n * UNIT });
    expect(operations('TransactWriteItems')).toHaveLength(2);
  });

  test('none when all of it is not enough, however many pages it is read in', async () => {
    await user.grant(250, -10_000);
    wire.proxy.script('Query', [], pagesOf(100));
    expect(await unlockUpTo(250n * UNIT + 1n)).toEqual({ rewards: 0, amountMicro: 0n });
    expect(operations('Query')).toHaveLength(3);
    expect(operations('TransactWriteItems')).toEqual([]);
  });

  test('after another was in its way it goes on, and fills up its transactions', async () => {
    await user.grant(250, -10_000);
    const reverse = () =>
      database.putReward({ user_id: user.id, reward_id: 'r-0120', status: 'reversed' });
    wire.proxy.script('TransactWriteItems', [meanwhile('after', reverse)]);
    expect(await unlockUpTo(130n * UNIT)).toEqual({ rewards: 198, amountMicro: 198n * UNIT });
  });

  test('out of time it throws, and the next call needs only the rest', async () => {
    await user.grant(150, -10_000);
    wire.time.stand();
    wire.proxy.script('TransactWriteItems', [faults.none], faults.throttle);
    await expect(unlockUpTo(120n * UNIT)).rejects.toThrow('still due');
    wire.proxy.script('TransactWriteItems', []);
    expect(await unlockUpTo(21n * UNIT)).toMatchObject({ rewards: 21 });
    expect(await user.stored()).toEqual({ pending: 30n * UNIT, available: 120n * UNIT });
  });
});

test('it looks consistently, and moves nothing more at the very deadline', async () => {
  await user.grant(150, -10_000);
  let now = wire.time.now();
  wire.time.now = () => now;
  const advance = () => {
    now += LONG_MS;
  };
  wire.proxy.script('TransactWriteItems', [], meanwhile('after', advance));
  await expect(unlock()).rejects.toThrow('still due');
  expect(await user.stored()).toEqual({ pending: 51n * UNIT, available: 99n * UNIT });
  expect(operations('Query')).toMatchObject([{ request: { ConsistentRead: true } }]);
});

test.each([
  'loseReply',
  'garbleReply',
  'failAfter',
  'loseRequest',
  'conflict',
  'throttle',
] as const)('each reward moves once with %s in the middle', async (fault) => {
  await user.grant(150, -10_000);
  wire.proxy.script('TransactWriteItems', [faults.none, faults[fault]]);
  await unlock();
  expect(await user.stored()).toEqual({ pending: 0n, available: 150n * UNIT });
  // The pace of a user's whole steps, then the back-off.
  expect(wire.time.pauses).toEqual([400, fault === 'conflict' ? 20 : 25]);
});

test('three at once move each reward once', async () => {
  await user.grant(200, -10_000);
  await Promise.all([unlock(), unlock(), unlock()]);
  expect(await user.stored()).toEqual({ pending: 0n, available: 200n * UNIT });
  expect(new Set(await statuses())).toEqual(new Set(['available']));
});

test('out of time it throws, and the next call goes on', async () => {
  await user.grant(150, -10_000);
  wire.time.stand();
  wire.proxy.script('TransactWriteItems', [faults.none], faults.throttle);
  await expect(unlock()).rejects.toThrow('still due');
  expect(await user.stored()).toEqual({ pending: 51n * UNIT, available: 99n * UNIT });
  wire.proxy.script('TransactWriteItems', []);
  expect(await unlock()).toMatchObject({ rewards: 51 });
});

test('an unlock that DynamoDB will never take fails at once', async () => {
  await user.grant(1, -10_000);
  wire.proxy.script('TransactWriteItems', [faults.invalid]);
  await expect(unlock()).rejects.toMatchObject({ name: 'ValidationException' });
  expect(wire.time.pauses).toEqual([]);
});

test('what was not due when the request began is not due to it later either', async () => {
  const store = wire.store(120_000);
  await user.grant(1, 10_000);
  wire.time.advance(60_000);
  expect(await lookAtPending(store, user.id)).toEqual({ read: 0, dueMicro: 0n });
  expect(await unlockDue(store, user.id)).toEqual({ rewards: 0, amountMicro: 0n });
  expect(await unlock()).toMatchObject({ rewards: 1 });
});

test('less pending than is due stops it, says whose, and moves nothing', async () => {
  await user.grant(3, -10_000);
  await database.changeAccount(user.id, { pending_micro: 2n * UNIT, available_micro: UNIT });
  await expect(unlock()).rejects.toThrow(
    new CorruptItemError(`AccountsTable: ${user.id} has less pending than is due`),
  );
  expect(await user.stored()).toEqual({ pending: 2n * UNIT, available: UNIT });
  expect(new Set(await statuses())).toEqual(new Set(['pending']));
});

describe('an account with less pending than is due is no corrupt one', () => {
  const hold = (pending: bigint, available: bigint) =>
    database.changeAccount(user.id, {
      pending_micro: pending * UNIT,
      available_micro: available * UNIT,
    });
  const whole = meanwhile('after', () => hold(3n, 0n));
  const isUnlocked = async () =>
    expect(await unlock()).toEqual({ rewards: 3, amountMicro: 3n * UNIT });

  test.each([
    ['once only: it was being changed', [whole]],
    ['once, after a conflict', [faults.conflict, whole]],
  ])('where it is refused %s', async (_when, coming) => {
    await user.grant(3, -10_000);
    await hold(2n, 1n);
    wire.proxy.script('TransactWriteItems', coming);
    await isUnlocked();
  });

  test('where it is refused with other rewards each time, as many as they are', async () => {
    await user.grant(3, -10_000);
    await hold(2n, 1n);
    const others = async () => {
      for (const { reward_id } of await database.rewards(user.id))
        await database.putReward({ user_id: user.id, reward_id, status: 'reversed' });
      await user.grant(3, -10_000, 'other');
      await hold(2n, 1n);
    };
    wire.proxy.script('TransactWriteItems', [meanwhile('after', others), whole]);
    await isUnlocked();
  });

  test('where DynamoDB was too busy to say so of all', async () => {
    await user.grant(3, -10_000);
    const busy: Fault = async ({ reply }) => {
      const Codes = ['ConditionalCheckFailed', 'ThrottlingError', 'None', 'None'];
      const CancellationReasons = Codes.map((Code) => ({ Code }));
      reply(awsError(400, 'TransactionCanceledException', { CancellationReasons }));
    };
    wire.proxy.script('TransactWriteItems', [busy, busy]);
    await isUnlocked();
  });
});

test('an account that is written says so, and where it perhaps was, but not where it was not', async () => {
  await user.grant(1, -10_000);
  const said = vi.spyOn(console, 'info').mockReturnValue();
  const { conflict, throttle, loseReply } = faults;
  wire.proxy.script('TransactWriteItems', [conflict, throttle, loseReply]);
  await unlock();
  await user.grant(1, -10_000, 'more');
  await unlock();
  expect(said.mock.calls).toMatchObject(
    ['unknown', 'applied'].map((outcome) => [
      { event: 'account_changed', user_id: user.id, outcome },
    ]),
  );
});
