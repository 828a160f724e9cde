/** The balance counts what is due, whatever moves while it looks. */
import { describe, expect, test } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import type { Reward } from '../../../../lib/reward.ts';
import { getBalance } from '../../../../lib/store/balance/balance.ts';
import { rewardItem } from '../../../../lib/store/balance/reward-items.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { PAST } from '../../../support/samples.ts';
import { meanwhile, pagesOf, untilTimeIsUp } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { LONG_MS, UNIT, useRewards } from './rewards-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const user = useRewards(database, wire);

const balanceAsOf = () => getBalance(wire.store(LONG_MS), user.id);
const balance = async () => (await balanceAsOf()).balance;

const NOTHING = { reserved_micro: 0n, paid_out_micro: 0n, spent_micro: 0n };

test('counts what is due without moving it', async () => {
  await user.grant(3, -10_000, 'due');
  await user.grant(2, 60_000, 'later');
  expect(await balance()).toMatchObject({ pending_micro: 2n * UNIT, available_micro: 3n * UNIT });
  expect(await user.stored()).toEqual({ pending: 5n * UNIT, available: 0n });
});

test('counts what is due over as many pages as there are', async () => {
  await user.grant(3, -10_000);
  wire.proxy.script('Query', [], pagesOf(1));
  expect(await balance()).toMatchObject({ pending_micro: 0n, available_micro: 3n * UNIT });
});

test('counts a due reward that is granted while it looks', async () => {
  await user.grant(1, 60_000, 'later');
  wire.proxy.script('Query', [meanwhile('after', () => user.grant(1, -10_000, 'due'))]);
  expect(await balance()).toMatchObject({ pending_micro: UNIT, available_micro: UNIT });
});

test('is a fault when the account never holds still', async () => {
  await user.grant(1, -10_000);
  let version = 100;
  const change = () => database.changeAccount(user.id, { version: version++ });
  wire.proxy.script('TransactGetItems', [], meanwhile('before', change));
  // The last look may find it changed, or be cut off by what is left of the time.
  await expect(balance()).rejects.toThrow(
    /the account kept changing|exceeded the configured \d+ ms requestTimeout/,
  );
});

test('is a fault, with no negative pending, where more is due than the account holds', async () => {
  await user.grant(3, -10_000);
  await database.changeAccount(user.id, { pending_micro: UNIT, available_micro: 2n * UNIT });
  await expect(balance()).rejects.toThrow(
    new CorruptItemError(`AccountsTable: ${user.id} has less pending than is due`),
  );
});

test('reads the account alone when nothing is pending', async () => {
  await database.credit(user.id, UNIT);
  await balance();
  const request = { ConsistentRead: true };
  expect(wire.proxy.log).toMatchObject([{ operation: 'GetItem', request }]);
});

test('of a user without history is zeros', async () =>
  expect(await balance()).toEqual({
    ...NOTHING,
    pending_micro: 0n,
    available_micro: 0n,
    lifetime_micro: 0n,
  }));

describe('is the same when another caller unlocks everything', () => {
  test.each([
    ['before the very first read', 'GetItem', [], 'before'],
    ['before the first look at the account', 'TransactGetItems', [], 'before'],
    ['after the first look at the account', 'TransactGetItems', [], 'after'],
    ['before the look at what is due', 'Query', [], 'before'],
    ['after the look at what is due', 'Query', [], 'after'],
    ['before the second look at the account', 'TransactGetItems', [faults.none], 'before'],
  ] as const)('%s', async (_name, operation, first, when) => {
    await user.grant(3, -10_000, 'due');
    await user.grant(2, 60_000, 'later');
    const unlock = () => {
      wire.proxy.script(operation, []);
      return unlockDue(wire.store(LONG_MS), user.id);
    };
    wire.proxy.script(operation, [...first, meanwhile(when, unlock)]);
    expect(await balance()).toEqual({
      ...NOTHING,
      pending_micro: 2n * UNIT,
      available_micro: 3n * UNIT,
      lifetime_micro: 5n * UNIT,
    });
  });
});

describe('beside an unlock of which a part is visible', () => {
  /** The account is written and the rewards are not, until `finish`; what reads it conflicts. */
  const half = async () => {
    await user.grant(3, -10_000, 'due');
    await user.grant(1, 60_000, 'later');
    await unlockDue(wire.store(LONG_MS), user.id);
    const rewards = await database.rewards(user.id);
    const visible = async () => {
      for (const { reward_id, unlocks_at } of rewards.slice(0, 3))
        await database.putReward(
          rewardItem({
            ...({ user_id: user.id, reward_id, amount_micro: UNIT, unlocks_at } as Reward),
            granted_at: PAST,
            source: 'test',
            status: 'pending',
          }),
        );
    };
    const finish = async () => {
      for (const reward of rewards) await database.putReward(reward);
    };
    await visible();
    wire.proxy.log.length = 0;
    return { finish };
  };

  test('waits until it is whole, and shows no negative pending', async () => {
    const { finish } = await half();
    const { conflict } = faults;
    const last: Fault = async (exchange) => {
      await finish();
      await conflict(exchange);
    };
    wire.proxy.script('TransactGetItems', [conflict, conflict, last]);
    expect(await balance()).toMatchObject({ pending_micro: UNIT, available_micro: 3n * UNIT });
  });

  test('is a fault where it stays so until the deadline', async () => {
    await half();
    wire.proxy.script('TransactGetItems', untilTimeIsUp(wire.time, faults.conflict));
    await expect(balance()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  });
});

describe('where more has come to its time than one page has', () => {
  const atMost = (most: number) => getBalance(wire.store(LONG_MS), user.id, most);
  const queries = () => wire.proxy.log.filter(({ operation }) => operation === 'Query').length;

  test('what is not yet due tells the rest, exactly', async () => {
    await user.grant(9, -10_000, 'due');
    await user.grant(2, 60_000, 'later');
    expect(await atMost(3)).toEqual({
      balance: {
        ...NOTHING,
        pending_micro: 2n * UNIT,
        available_micro: 9n * UNIT,
        lifetime_micro: 11n * UNIT,
      },
    });
    expect(queries()).toBe(2);
  });

  test('and than that in what is not yet due too, it is the balance of an earlier moment', async () => {
    await user.grant(9, -10_000, 'due');
    await user.grant(5, 60_000, 'later');
    const fourthMs = Date.parse((await database.rewards(user.id))[2]?.unlocks_at as string);
    expect(await atMost(3)).toEqual({
      balance: {
        ...NOTHING,
        pending_micro: 12n * UNIT,
        available_micro: 2n * UNIT,
        lifetime_micro: 14n * UNIT,
      },
      counted_until: rfc3339(fourthMs - 1),
    });
  });

  test('all at one moment, it is the balance of just before it', async () => {
    const unlocks_at = rfc3339(wire.time.now() - 5);
    const rewards = Array.from({ length: 6 }, (_, index) => ({
      reward_id: `at-once-${index}`,
      amount_micro: UNIT,
      unlocks_at,
    }));
    await database.grant(user.id, rewards);
    await user.grant(5, 60_000, 'later');
    expect(await atMost(3)).toMatchObject({
      balance: { pending_micro: 11n * UNIT, available_micro: 0n },
      counted_until: rfc3339(Date.parse(unlocks_at) - 1),
    });
  });

  test.each([
    ['before the look at what is due', []],
    ['between that and the look at what is not yet', [faults.none]],
  ] as const)('it is the same when another unlocks everything %s', async (_, first) => {
    await user.grant(40, -10_000, 'due');
    await user.grant(2, 60_000, 'later');
    const unlock = () => unlockDue(wire.store(LONG_MS), user.id);
    wire.proxy.script('Query', [...first, meanwhile('before', unlock)]);
    const whole = { pending_micro: 2n * UNIT, available_micro: 40n * UNIT };
    const seen = await Promise.all([atMost(3), atMost(3)]);
    expect(seen).toMatchObject([{ balance: whole }, { balance: whole }]);
  });

  test('is a fault where the account holds less than is not yet due', async () => {
    await user.grant(9, -10_000, 'due');
    await user.grant(2, 60_000, 'later');
    await database.changeAccount(user.id, { pending_micro: UNIT, available_micro: 10n * UNIT });
    await expect(atMost(3)).rejects.toThrow('has less pending than is due');
  });
});

test('gives up an account that changes under the reading of 20,000 rewards', async () => {
  await user.grant(2000, -10_000);
  let version = 100;
  const change = () => database.changeAccount(user.id, { version: version++ });
  wire.proxy.script('TransactGetItems', [], meanwhile('before', change));
  await expect(getBalance(wire.store(1e6), user.id)).rejects.toThrow('the account kept changing');
  const asked = wire.proxy.log.filter(({ operation }) => operation === 'Query');
  expect(asked).toHaveLength(2 * 10);
});

describe('what it reads has a bound, however much is due:', () => {
  /** The read units of everything that is asked, as the engine says. */
  const metered = () => {
    const used = { units: 0 };
    const meter: Fault = async (exchange) => {
      const asked = { ...exchange.request, ReturnConsumedCapacity: 'TOTAL' };
      const answer = await exchange.forward(asked);
      const { ConsumedCapacity } = JSON.parse(answer.body) as { ConsumedCapacity: object };
      for (const { CapacityUnits } of [ConsumedCapacity].flat() as { CapacityUnits: number }[])
        used.units += CapacityUnits;
      exchange.reply(answer);
    };
    for (const operation of ['GetItem', 'TransactGetItems', 'Query'])
      wire.proxy.script(operation, [], meter);
    return used;
  };
  // The account 1, and twice 2; each page of 2,000 rewards up to 60.
  test.each([
    [1500, 1500, 5 + 60],
    [4500, 1500, 5 + 120],
    [4500, 4500, 5 + 120],
  ])('%i due and %i not yet', async (due, notYet, unitsMax) => {
    await user.grant(due, -10_000, 'due');
    await user.grant(notYet, 60_000, 'later');
    const used = metered();
    const { balance, counted_until } = await balanceAsOf();
    expect(used.units).toBeLessThanOrEqual(unitsMax);
    const isExact = due <= 2000 || notYet <= 2000;
    const counted = isExact ? due : 1999;
    expect(balance).toMatchObject({
      pending_micro: BigInt(due + notYet - counted) * UNIT,
      available_micro: BigInt(counted) * UNIT,
      lifetime_micro: BigInt(due + notYet) * UNIT,
    });
    expect(counted_until === undefined).toBe(isExact);
  });
});
