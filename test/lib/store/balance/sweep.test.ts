/** The sweep finds everybody whose rewards are due, and one user’s trouble is nobody else’s. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { unlockForEverybody } from '../../../../lib/store/balance/sweep.ts';
import { INDEXES, SHARDS } from '../../../../lib/store/dynamodb/indexes.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { FUTURE, PAST } from '../../../support/samples.ts';
import { meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const RUN_MS = 30_000;

const database = useDatabase();
const wire = useWire(database);

beforeEach(async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  // What an earlier test left due is not this one's business.
  await sweep();
  wire.proxy.log.length = 0;
});

const sweep = (budgetMs = RUN_MS) => unlockForEverybody(wire.store(budgetMs));

/** A user of this shard with rewards of one micro-unit each. */
const userWith = async (unlocks: string[], shard = 'a') => {
  const userId = randomUUID().slice(0, -1) + shard;
  const rewards = unlocks.map((unlocks_at, index) => ({
    reward_id: `r${index}`,
    amount_micro: 1n,
    unlocks_at,
  }));
  await database.grant(userId, rewards);
  return userId;
};
/** More than is unlocked together with what others have. */
const MANY = Array(10).fill(PAST);
const balances = async (users: string[]) =>
  (await Promise.all(users.map((user) => database.account(user)))).map((account) => [
    account?.available_micro,
    account?.pending_micro,
  ]);

/** The index of everybody is read in pages of so many entries. */
const pagesOfAll =
  (Limit: number): Fault =>
  async ({ request, forward, reply }) => {
    const isOfAll = request.IndexName === INDEXES.Rewards.due;
    reply(await forward({ ...request, ...(isOfAll && { Limit }) }));
  };
const reads = (wanted: string) => wire.proxy.operations().filter((each) => each === wanted);

/** The reads of the index of everybody. */
const sweeps = () =>
  wire.proxy.log.flatMap(({ request: { IndexName, ExpressionAttributeValues } }) =>
    IndexName === INDEXES.Rewards.due
      ? (ExpressionAttributeValues as { ':shard': { S: string } })[':shard'].S
      : [],
  );

test('unlocks what is due in every shard, and nothing else', async () => {
  const users = await Promise.all(
    SHARDS.map((shard) => userWith([PAST, rfc3339(wire.time.now()), FUTURE], shard)),
  );
  expect(await sweep()).toEqual({ rewards: 32, users: 16 });
  expect(await balances(users)).toEqual(users.map(() => [2n, 1n]));
  expect(await sweep()).toEqual({ rewards: 0, users: 0 });
});

test('with nothing due it reads each shard once and writes nothing', async () => {
  await sweep();
  expect(wire.proxy.operations()).toEqual(SHARDS.map(() => 'Query'));
});

/** Adds a reward that nobody can unlock, which is the longest due. */
const spoil = async (userId: string) => {
  const reward = { user_id: userId, reward_id: 'spoilt' };
  const due = { status: 'pending', pending_until: '2025-12-31T00:00:00.000Z', due_shard: 'a' };
  await database.putReward({ ...reward, ...due });
  return () => database.putReward({ ...reward, status: 'reversed' });
};

test('a user with many due rewards does not hide the others of the shard', async () => {
  const many = await userWith(Array(2500).fill(PAST));
  const few = await userWith(['2026-02-01T00:00:00.000Z']);
  expect(await sweep()).toEqual({ rewards: 2501, users: 2 });
  expect(await balances([many, few])).toEqual([
    [2500n, 0n],
    [1n, 0n],
  ]);
});

test('a user who cannot be unlocked is logged and passed over, once for all pages', async () => {
  const broken = await userWith(Array(2500).fill(PAST));
  const well = await userWith(['2026-02-01T00:00:00.000Z']);
  const repair = await spoil(broken);
  expect(await sweep()).toEqual({ rewards: 1, users: 1 });
  expect(sweeps().filter((shard) => shard === 'a')).toHaveLength(3);
  expect(await balances([broken, well])).toEqual([
    [0n, 2500n],
    [1n, 0n],
  ]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'corrupt_item', user_id: broken }),
  );
  await repair();
});

test('an entry that names no user is logged and passed over', async () => {
  const well = await userWith([PAST], 'a');
  const nobody = { user_id: 'nobody', reward_id: 'r1' };
  await database.putReward({ ...nobody, pending_until: PAST, due_shard: 'a' });
  expect(await sweep()).toEqual({ rewards: 1, users: 1 });
  expect(await balances([well])).toEqual([[1n, 0n]]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'corrupt_item', user_id: 'nobody', id: 'r1' }),
  );
  await database.putReward(nobody);
});

test.each(['loseReply', 'failBefore', 'conflict', 'throttle'] as const)(
  '%s on some writes does not keep anything back',
  async (fault) => {
    const users = await Promise.all(['1', '2', '3'].map((shard) => userWith([PAST], shard)));
    wire.proxy.script('TransactWriteItems', [faults[fault], faults.none, faults[fault]]);
    await sweep();
    expect(await balances(users)).toEqual(users.map(() => [1n, 0n]));
  },
);

test('what is left at the deadline is for the next run', async () => {
  const users = await Promise.all(Array.from({ length: 12 }, () => userWith(MANY)));
  let writes = 0;
  const lateWithTheFifth = meanwhile('after', () => {
    if (++writes === 5) wire.time.advance(RUN_MS);
  });
  wire.proxy.script('TransactWriteItems', [], lateWithTheFifth);
  await sweep();
  const unlocked = (await balances(users)).filter(([available]) => available === 10n).length;
  expect(unlocked).toBeGreaterThanOrEqual(5);
  expect(unlocked).toBeLessThan(12);
  wire.proxy.script('TransactWriteItems', []);
  await sweep();
  expect(await balances(users)).toEqual(users.map(() => [10n, 0n]));
});

describe('the time of a user', () => {
  /** Stops the clock, and has each write of the sweep, or the first one alone, take so long. */
  const writesTake = (milliseconds: number, which: 'all' | 'first' = 'all') => {
    let now = wire.time.now();
    wire.time.now = () => now;
    // From its beginning on, so that no other that was sent with it can end before.
    const slow = meanwhile('before', () => {
      now += milliseconds;
    });
    wire.proxy.script('TransactWriteItems', [slow], which === 'all' ? slow : faults.none);
  };
  /** Whose account each write was of, in their order. */
  const written = () =>
    wire.proxy.log.flatMap(({ request: { TransactItems } }) => {
      const [account] = (TransactItems ?? []) as { Update: { Key: { user_id: { S: string } } } }[];
      return account?.Update.Key.user_id.S ?? [];
    });
  const warned = () => vi.mocked(console.warn).mock.calls.map(([line]) => line);

  test('with very many due rewards is 30 seconds, and what all others leave of a run', async () => {
    const many = [await userWith(Array(250).fill(PAST)), await userWith(Array(250).fill(PAST))];
    const few = await userWith(['2026-02-01T00:00:00.000Z']);
    writesTake(15_000);
    expect(await sweep(300_000)).toMatchObject({ users: 3 });
    expect(await balances([...many, few])).toEqual([
      [250n, 0n],
      [250n, 0n],
      [1n, 0n],
    ]);
    expect(
      warned()
        .map(({ user_id }) => user_id)
        .sort(),
    ).toEqual(many.toSorted());
    const order = written();
    expect(order.indexOf(few)).toBeLessThan(order.length - 2);
    expect(console.error).not.toHaveBeenCalled();
  });

  test('that was throttled away ends in no failure, and goes on when all others are done', async () => {
    const many = [await userWith(MANY), await userWith(MANY, 'b')];
    const until = wire.time.now() + 40_000;
    wire.proxy.script('TransactWriteItems', [], (exchange) =>
      faults[wire.time.now() < until ? 'throttle' : 'none'](exchange),
    );
    expect(await sweep(300_000)).toEqual({ rewards: 20, users: 2 });
    expect(await balances(many)).toEqual(many.map(() => [10n, 0n]));
    expect(console.error).not.toHaveBeenCalled();
  });

  test('ends with the run at the latest', async () => {
    const many = await userWith(Array(250).fill(PAST));
    writesTake(5_000);
    await sweep(10_000);
    expect(await balances([many])).toEqual([[198n, 52n]]);
  });

  test('that ends where a longer pause would still follow is late, and in no failure', async () => {
    const many = await userWith(MANY);
    let now = wire.time.now();
    wire.time.now = () => now;
    const lateFailure: Fault = (exchange) => {
      now += 29_000;
      return faults.invalid(exchange);
    };
    wire.proxy.script('TransactWriteItems', [lateFailure]);
    expect(await sweep(300_000)).toEqual({ rewards: 10, users: 1 });
    expect(warned()).toContainEqual({ event: 'retrying', user_id: many });
    expect(console.error).not.toHaveBeenCalled();
  });

  test('that is no more reads nothing', async () => {
    await userWith([PAST]);
    expect(await sweep(0)).toEqual({ rewards: 0, users: 0 });
    expect(wire.proxy.operations()).toEqual([]);
  });

  test('does not begin together with others once the run is over', async () => {
    const dueAt = (second: number) => Array(9).fill(`2026-01-01T00:00:0${second}.000Z`);
    for (const second of [0, 1])
      await Promise.all(Array.from({ length: 10 }, () => userWith(dueAt(second))));
    const last = await Promise.all(Array.from({ length: 10 }, () => userWith(dueAt(2))));
    writesTake(10_000, 'first');
    await sweep(10_000);
    expect(reads('BatchGetItem')).toHaveLength(2);
    // Whoever began too late would be tried again.
    for (const user_id of last) expect(warned()).not.toContainEqual({ event: 'retrying', user_id });
  });

  test('does not begin once the run is over, and no other page is read', async () => {
    const users = [];
    for (let second = 0; second < 6; second++)
      users.push(await userWith([`2026-01-01T00:00:0${second}.000Z`], 'a'));
    wire.proxy.script('Query', [], pagesOfAll(5));
    writesTake(10_000, 'first');
    await sweep(10_000);
    expect(await balances(users)).toEqual([...Array(5).fill([1n, 0n]), [0n, 1n]]);
    expect(sweeps().sort()).toEqual(SHARDS);
  });

  test('of many who wait is none once the run is over', async () => {
    const users = [];
    for (let count = 0; count < 6; count++) users.push(await userWith(MANY));
    writesTake(10_000, 'first');
    await sweep(10_000);
    const moved = (await balances(users)).filter(([available]) => available !== 0n);
    expect(moved.length).toBeLessThanOrEqual(2);
    expect(warned().length).toBeLessThanOrEqual(2);
  });
});

test('an index that cannot be read fails the run, so that its alarm rings', async () => {
  wire.proxy.script('Query', [], faults.failBefore);
  await expect(sweep()).rejects.toThrow();
});

describe('users with little due', () => {
  const fifty = () => Promise.all(Array.from({ length: 50 }, () => userWith([PAST])));

  test('share transactions, each as full as it can be, and are read once', async () => {
    const users = await fifty();
    expect(await sweep()).toEqual({ rewards: 50, users: 50 });
    expect(await balances(users)).toEqual(users.map(() => [1n, 0n]));
    const sizes = wire.proxy.log.flatMap(({ request: { TransactItems } }) =>
      Array.isArray(TransactItems) ? TransactItems.length : [],
    );
    expect(sizes).toEqual([100]);
    expect(reads('BatchGetItem')).toHaveLength(1);
    expect(sweeps()).toHaveLength(16);
  });

  test('are those with nine at most, and of nobody else is everything read', async () => {
    await Promise.all(['one', 'other'].map(() => userWith(Array(9).fill(PAST))));
    expect(await sweep()).toEqual({ rewards: 18, users: 2 });
    expect(reads('Query')).toHaveLength(16);
    expect(reads('TransactWriteItems')).toHaveLength(1);
  });

  test('share none with whom an earlier page has shown that cannot be unlocked', async () => {
    const broken = await userWith([...MANY, '2026-02-01T00:00:00.000Z']);
    const well = await userWith(['2026-02-02T00:00:00.000Z']);
    await database.changeAccount(broken, { pending_micro: 0n, available_micro: 11n });
    wire.proxy.script('Query', [], pagesOfAll(10));
    expect(await sweep()).toEqual({ rewards: 1, users: 1 });
    expect(await balances([well])).toEqual([[1n, 0n]]);
    const [asked] = wire.proxy.log.flatMap(({ request: { RequestItems } }) => RequestItems ?? []);
    expect(JSON.stringify(asked)).not.toContain(broken);
    await database.changeAccount(broken, { pending_micro: 11n, available_micro: 0n });
  });

  test('are unlocked each alone where one of them cannot be, and only that one is logged', async () => {
    const users = await fifty();
    const [broken = '', ...well] = users;
    await database.changeAccount(broken, { pending_micro: 0n, available_micro: 1n });
    expect(await sweep()).toEqual({ rewards: 49, users: 49 });
    expect(await balances(well)).toEqual(well.map(() => [1n, 0n]));
    expect(console.error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ event: 'corrupt_item', user_id: broken }),
    );
    await database.changeAccount(broken, { pending_micro: 1n, available_micro: 0n });
  });
});
