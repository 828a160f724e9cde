/**
 * Rewards whose time has come: each moves once, whoever looks first, and none is ever overlooked.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../../../lib/errors.ts';
import { type IdempotencyKey, idempotencyKey } from '../../../../lib/idempotency.ts';
import { newPayout } from '../../../../lib/payout.ts';
import { getBalance } from '../../../../lib/store/balance/balance.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const BUDGET_MS = 10_000;
const UNIT = 1_000_000n;

let database: Database;
let wire: Wire;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
  userId = randomUUID();
});

const deadline = () => wire.time.now() + BUDGET_MS;
const at = (offsetMs: number) => rfc3339(wire.time.now() + offsetMs);

/**
 * `count` rewards of one unit, the first of them unlocking `firstMs` from now and each next one a
 * millisecond later.
 */
const grant = (count: number, firstMs: number, name = 'r') =>
  database.grant(
    userId,
    Array.from({ length: count }, (_, index) => ({
      reward_id: `${name}-${String(index).padStart(4, '0')}`,
      amount_micro: UNIT,
      unlocks_at: at(firstMs + index),
    })),
  );

const unlock = (enoughMicro?: bigint) =>
  unlockDue(wire.db, database.tables, userId, deadline(), enoughMicro);
const balance = () => getBalance(wire.db, database.tables, userId, deadline());
const payout = (amountMicro: bigint, key?: IdempotencyKey) => {
  const request = {
    amount_micro: amountMicro,
    network: 'polygon' as const,
    address: '0xde709f2102306220921060314715629080e2fb77',
  };
  const asked = newPayout(userId, request, 1n, wire.time.now());
  return requestPayout(wire.db, database.tables, asked, '{}', key, deadline());
};
const stored = async () => {
  const account = await database.account(userId);
  return { pending: account?.pending_micro, available: account?.available_micro };
};
const statuses = async () => (await database.rewards(userId)).map(({ status }) => status);

describe('unlockDue', () => {
  test('moves what is due and leaves what is not', async () => {
    await grant(3, -10_000, 'due');
    await grant(2, 60_000, 'later');
    expect(await unlock()).toEqual({ rewards: 3, amountMicro: 3n * UNIT });
    expect(await stored()).toEqual({ pending: 2n * UNIT, available: 3n * UNIT });
    expect(await statuses()).toEqual(['available', 'available', 'available', 'pending', 'pending']);
  });

  test('takes a reward out of the sparse indexes', async () => {
    await grant(1, -1);
    await unlock();
    expect((await database.rewards(userId))[0]).not.toHaveProperty('pending_until');
    expect((await database.rewards(userId))[0]).not.toHaveProperty('due_shard');
  });

  test('a reward is due from its very millisecond on, and not one before', async () => {
    const [soon, now] = [wire.time.now() + 60_000, wire.time.now()];
    await database.grant(userId, [
      { reward_id: 'a', amount_micro: UNIT, unlocks_at: rfc3339(soon) },
    ]);
    wire.time.now = () => soon - 1;
    expect(await unlockDue(wire.db, database.tables, userId, now + 120_000)).toMatchObject({
      rewards: 0,
    });
    wire.time.now = () => soon;
    expect(await unlockDue(wire.db, database.tables, userId, now + 120_000)).toMatchObject({
      rewards: 1,
    });
  });

  test('goes on over as many transactions as it takes', async () => {
    await grant(250, -10_000);
    expect(await unlock()).toEqual({ rewards: 250, amountMicro: 250n * UNIT });
    expect(await stored()).toEqual({ pending: 0n, available: 250n * UNIT });
    expect(
      wire.proxy.log.filter(({ operation }) => operation === 'TransactWriteItems'),
    ).toHaveLength(3);
  });

  test.each([1n, 99n * UNIT])('stops when enough has been moved: %s', async (enoughMicro) => {
    await grant(250, -10_000);
    expect(await unlock(enoughMicro)).toEqual({ rewards: 99, amountMicro: 99n * UNIT });
  });

  test('looks consistently, and moves nothing more at the very deadline', async () => {
    await grant(150, -10_000);
    let now = wire.time.now();
    wire.time.now = () => now;
    wire.proxy.script('TransactWriteItems', [], async (exchange) => {
      exchange.reply(await exchange.forward());
      now += BUDGET_MS;
    });
    await expect(unlock()).rejects.toThrow('still due');
    expect(await stored()).toEqual({ pending: 51n * UNIT, available: 99n * UNIT });
    const looks = wire.proxy.log.filter(({ operation }) => operation === 'Query');
    expect(looks).toMatchObject([{ request: { ConsistentRead: true } }]);
  });

  test.each([
    'loseReply',
    'garbleReply',
    'failAfter',
    'loseRequest',
    'conflict',
    'throttle',
  ] as const)('moves each reward once with %s in the middle', async (fault) => {
    await grant(150, -10_000);
    wire.proxy.script('TransactWriteItems', [faults.none, faults[fault]]);
    await unlock();
    expect(await stored()).toEqual({ pending: 0n, available: 150n * UNIT });
  });

  test('two at once move each reward once', async () => {
    await grant(200, -10_000);
    await Promise.all([unlock(), unlock(), unlock()]);
    expect(await stored()).toEqual({ pending: 0n, available: 200n * UNIT });
    expect(new Set(await statuses())).toEqual(new Set(['available']));
  });

  test('out of time it throws, and the next call goes on', async () => {
    await grant(150, -10_000);
    wire.proxy.script('TransactWriteItems', [faults.none], faults.throttle);
    await expect(unlock()).rejects.toThrow('still due');
    expect(await stored()).toEqual({ pending: 51n * UNIT, available: 99n * UNIT });
    wire.proxy.script('TransactWriteItems', []);
    expect(await unlock()).toMatchObject({ rewards: 51 });
  });
});

test('an unlock that DynamoDB will never take fails at once', async () => {
  await grant(1, -10_000);
  wire.proxy.script('TransactWriteItems', [faults.invalid]);
  await expect(unlock()).rejects.toMatchObject({ name: 'ValidationException' });
  expect(wire.time.pauses).toEqual([]);
});

describe('getBalance', () => {
  test('counts what is due without moving it', async () => {
    await grant(3, -10_000, 'due');
    await grant(2, 60_000, 'later');
    expect(await balance()).toMatchObject({ pending_micro: 2n * UNIT, available_micro: 3n * UNIT });
    expect(await stored()).toEqual({ pending: 5n * UNIT, available: 0n });
  });

  test('counts what is due over as many pages as there are', async () => {
    await grant(3, -10_000);
    wire.proxy.script('Query', [], async (exchange) =>
      exchange.reply(await exchange.forward({ ...exchange.request, Limit: 1 })),
    );
    expect(await balance()).toMatchObject({ pending_micro: 0n, available_micro: 3n * UNIT });
  });

  test('counts a due reward that is granted while it looks', async () => {
    await grant(1, 60_000, 'later');
    wire.proxy.script('Query', [
      async (exchange) => {
        const answer = await exchange.forward();
        await grant(1, -10_000, 'due');
        exchange.reply(answer);
      },
    ]);
    expect(await balance()).toMatchObject({ pending_micro: UNIT, available_micro: UNIT });
  });

  test('is a fault when the account never holds still', async () => {
    await grant(1, -10_000);
    let version = 100;
    wire.proxy.script('GetItem', [], async (exchange) => {
      await database.changeAccount(userId, { version: version++ });
      exchange.reply(await exchange.forward());
    });
    await expect(balance()).rejects.toThrow('the account kept changing until the deadline');
  });

  test('reads the account alone when nothing is pending', async () => {
    await database.credit(userId, UNIT);
    await balance();
    expect(wire.proxy.log).toMatchObject([
      { operation: 'GetItem', request: { ConsistentRead: true } },
    ]);
  });

  /**
   * Lets another caller unlock everything just before, or just after, this request reaches the
   * database.
   */
  const unlockMeanwhile =
    (when: 'before' | 'after'): Fault =>
    async (exchange) => {
      const others = { ...wire, db: wire.db };
      wire.proxy.script(exchange.operation, []);
      if (when === 'before') await unlockDue(others.db, database.tables, userId, deadline());
      const answer = await exchange.forward();
      if (when === 'after') await unlockDue(others.db, database.tables, userId, deadline());
      exchange.reply(answer);
    };

  test.each([
    ['before the first look at the account', 'GetItem', [], 'before'],
    ['after the first look at the account', 'GetItem', [], 'after'],
    ['before the look at what is due', 'Query', [], 'before'],
    ['after the look at what is due', 'Query', [], 'after'],
    ['before the second look at the account', 'GetItem', [faults.none], 'before'],
  ] as const)(
    'is the same when everything is unlocked %s',
    async (_name, operation, first, when) => {
      await grant(3, -10_000, 'due');
      await grant(2, 60_000, 'later');
      wire.proxy.script(operation, [...first, unlockMeanwhile(when)]);
      expect(await balance()).toEqual({
        pending_micro: 2n * UNIT,
        available_micro: 3n * UNIT,
        reserved_micro: 0n,
        paid_out_micro: 0n,
        spent_micro: 0n,
        lifetime_micro: 5n * UNIT,
      });
    },
  );
});

describe('a payout that the balance refuses', () => {
  test('unlocks what is due and is accepted', async () => {
    await grant(3, -10_000);
    expect(await payout(3n * UNIT)).toEqual({ body: '{}', replayed: false });
    expect(await database.account(userId)).toMatchObject({
      available_micro: 0n,
      reserved_micro: 3n * UNIT,
    });
  });

  test('unlocks no more than it needs', async () => {
    await grant(150, -10_000);
    await payout(5n * UNIT);
    expect(await stored()).toEqual({ pending: 51n * UNIT, available: 94n * UNIT });
  });

  test('is refused when what is due is not enough, and what is due stays unlocked', async () => {
    await grant(3, -10_000, 'due');
    await grant(3, 60_000, 'later');
    await expect(payout(4n * UNIT)).rejects.toEqual(new ApiError('balance_insufficient'));
    expect(await stored()).toEqual({ pending: 3n * UNIT, available: 3n * UNIT });
  });

  test('unlocks nothing for the repetition of a request that is answered', async () => {
    const key = idempotencyKey('k1', 'payout', {});
    await grant(1, -10_000);
    await payout(UNIT, key);
    await grant(1, -10_000, 'more');
    wire.proxy.log.length = 0;
    expect((await payout(UNIT, key)).replayed).toBe(true);
    expect(wire.proxy.log.map(({ operation }) => operation)).toEqual(['TransactWriteItems']);
    expect(await stored()).toEqual({ pending: UNIT, available: 0n });
  });

  test('of a user who has no account yet is refused', () =>
    expect(payout(UNIT)).rejects.toEqual(new ApiError('balance_insufficient')));

  test('costs nothing more when nothing is pending', async () => {
    await database.credit(userId, UNIT);
    await expect(payout(2n * UNIT)).rejects.toEqual(new ApiError('balance_insufficient'));
    expect(wire.proxy.log.map(({ operation }) => operation)).toEqual(['TransactWriteItems']);
  });

  test('is accepted also when another request unlocks everything under its eyes', async () => {
    await grant(3, -10_000);
    const meanwhile: Fault = async (exchange) => {
      wire.proxy.script('Query', []);
      await unlock();
      exchange.reply(await exchange.forward());
    };
    wire.proxy.script('Query', [meanwhile]);
    expect((await payout(3n * UNIT)).replayed).toBe(false);
  });

  test('is accepted when the money was there all the time, granted as due while another took some', async () => {
    await database.credit(userId, 10n * UNIT);
    await grant(1, 60_000, 'later');
    const meanwhile: Fault = async (exchange) => {
      const answer = await exchange.forward();
      await grant(5, -10_000, 'due');
      await database.changeAccount(userId, {
        available_micro: 7n * UNIT,
        paid_out_micro: 3n * UNIT,
        version: 100,
      });
      exchange.reply(answer);
    };
    wire.proxy.script('Query', [meanwhile]);
    expect((await payout(12n * UNIT)).replayed).toBe(false);
    expect(await stored()).toEqual({ pending: UNIT, available: 0n });
  });

  test('is a fault, not a refusal, when time runs out with rewards still due', async () => {
    await grant(150, -10_000);
    wire.proxy.script('TransactWriteItems', [faults.none, faults.none], faults.throttle);
    await expect(payout(120n * UNIT)).rejects.toThrow('still due');
    wire.proxy.script('TransactWriteItems', []);
    expect((await payout(120n * UNIT)).replayed).toBe(false);
  });

  test('below zero waits until later rewards have made up for it', async () => {
    await database.credit(userId, 0n);
    await database.changeAccount(userId, {
      available_micro: -2n * UNIT,
      paid_out_micro: 2n * UNIT,
    });
    await grant(3, -10_000);
    await expect(payout(2n * UNIT)).rejects.toEqual(new ApiError('balance_insufficient'));
    expect((await payout(UNIT)).replayed).toBe(false);
    expect(await stored()).toEqual({ pending: 0n, available: 0n });
  });

  test('twenty at once over rewards that are due take exactly what is there', async () => {
    await grant(120, -10_000);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => payout(10n * UNIT)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(12);
    expect(await database.account(userId)).toMatchObject({
      pending_micro: 0n,
      available_micro: 0n,
      reserved_micro: 120n * UNIT,
    });
  });
});
