/**
 * What each outcome of the one transaction leads to, with faults injected between the SDK and the
 * database.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { type IdempotencyKey, idempotencyKey } from '../../../../lib/idempotency.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import type { Db } from '../../../../lib/store/dynamodb/store.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { payoutItem } from '../../../../lib/store/payouts/user-payouts.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { type Fault, type FaultProxy, faults } from '../../../support/fault-proxy.ts';
import { patienceMs, type TestTime } from '../../../support/samples.ts';
import { openWire } from '../../../support/wire.ts';

const BUDGET_MS = 3000;
const request = {
  amount_micro: 25_000_000n,
  network: 'solana' as const,
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

let database: Database;
let proxy: FaultProxy;
let time: TestTime;
let db: Db;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

beforeEach(async () => {
  ({ proxy, time, db } = await openWire(database.url));
  userId = randomUUID();
  await database.credit(userId, 40_000_000n);
});

const key = (amount = request.amount_micro) =>
  idempotencyKey('k1', 'payout', { ...request, amount_micro: amount });

const ask = (withKey?: IdempotencyKey, amount = request.amount_micro, payout?: Payout) => {
  const asked = payout ?? newPayout(userId, { ...request, amount_micro: amount }, 1n, time.now());
  return requestPayout(
    db,
    database.tables,
    asked,
    stringifyJson(asked),
    withKey,
    time.now() + BUDGET_MS,
  );
};

/** The books of the user: what the account says and what the payouts add up to. */
const books = async () => {
  const account = await database.account(userId);
  const payouts = await database.payouts(userId);
  return {
    available: account?.available_micro,
    reserved: account?.reserved_micro,
    payouts: payouts.length,
  };
};

const UNTOUCHED = { available: 40_000_000n, reserved: 0n, payouts: 0 };
const PAID_ONCE = { available: 15_000_000n, reserved: 25_000_000n, payouts: 1 };

const operations = () => proxy.log.map(({ operation }) => operation);
const sentTransactions = () =>
  proxy.log.filter(({ operation }) => operation === 'TransactWriteItems');

describe('without faults', () => {
  test('one round trip writes the payout', async () => {
    expect(await ask()).toEqual({ body: expect.any(String), replayed: false });
    expect(operations()).toEqual(['TransactWriteItems']);
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('one round trip refuses what is not there', async () => {
    await expect(ask(undefined, 40_000_001n)).rejects.toMatchObject({
      tag: 'balance_insufficient',
    });
    expect(operations()).toEqual(['TransactWriteItems']);
    expect(await books()).toEqual(UNTOUCHED);
  });

  test('one round trip replays', async () => {
    const first = await ask(key());
    expect(await ask(key())).toEqual({ body: first.body, replayed: true });
    expect(operations()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
  });

  test('a refusal reads the key before it is believed', async () => {
    await expect(ask(key(40_000_001n), 40_000_001n)).rejects.toMatchObject({
      tag: 'balance_insufficient',
    });
    expect(operations()).toEqual(['TransactWriteItems', 'GetItem']);
  });
});

/**
 * DynamoDB may stop at the first failed condition; the emulator reports all, so this one hides the
 * key's.
 */
const reportBalanceAlone: Fault = async (exchange) => {
  const answer = await exchange.forward();
  const error = JSON.parse(answer.body) as { CancellationReasons: unknown[] };
  error.CancellationReasons = error.CancellationReasons.map((reason, index) =>
    index === 0 ? reason : { Code: 'None' },
  );
  exchange.reply({ ...answer, body: JSON.stringify(error) });
};

describe('when only the balance is reported', () => {
  test('the same request is still replayed', async () => {
    const first = await ask(key());
    proxy.script('TransactWriteItems', [reportBalanceAlone]);
    expect(await ask(key())).toEqual({ body: first.body, replayed: true });
  });

  test('another request under the key is still told so', async () => {
    await ask(key());
    proxy.script('TransactWriteItems', [reportBalanceAlone]);
    await expect(ask(key(30_000_000n), 30_000_000n)).rejects.toMatchObject({
      tag: 'idempotency_key_reused',
    });
  });
});

describe('a reply that says nothing about the outcome, after the commit', () => {
  const after = [
    'loseReply',
    'garbleReply',
    'garbleRefusal',
    'failAfter',
    'hangAfter',
    'stallReply',
    'inProgressAfter',
  ] as const;

  test.each(after)('%s: the payout is read back and the request accepted', async (fault) => {
    ({ proxy, time, db } = await openWire(database.url, patienceMs(fault)));
    proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await ask()).toEqual({ body: expect.any(String), replayed: false });
    expect(operations()).toEqual(['TransactWriteItems', 'GetItem']);
    expect(proxy.log[1]?.request).toMatchObject({ ConsistentRead: true });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test.each(after)(
    '%s, and the first read-back is lost too: still accepted, once',
    async (fault) => {
      ({ proxy, time, db } = await openWire(database.url, patienceMs(fault)));
      proxy.script('TransactWriteItems', [faults[fault]]);
      proxy.script('GetItem', [faults.loseReply]);
      expect((await ask(key())).replayed).toBe(false);
      expect(await books()).toEqual(PAID_ONCE);
    },
  );

  test.each(after)(
    '%s, and no read-back answers before the deadline: unknown, and a retry with the key tells',
    async (fault) => {
      ({ proxy, time, db } = await openWire(database.url, patienceMs(fault)));
      const asked = newPayout(userId, request, 1n, time.now());
      proxy.script('TransactWriteItems', [faults[fault]], faults.loseRequest);
      proxy.script('GetItem', [], faults.loseRequest);
      await expect(ask(key(), request.amount_micro, asked)).rejects.toThrow(
        new OutcomeUnknownError(`${asked.id}: no answer in time`),
      );
      proxy.script('TransactWriteItems', []);
      proxy.script('GetItem', []);
      expect(await ask(key())).toEqual({ body: stringifyJson(asked), replayed: true });
      expect(await books()).toEqual(PAID_ONCE);
    },
  );
});

describe('a reply that says nothing about the outcome, before the commit', () => {
  const before = ['loseRequest', 'failBefore', 'hangBefore', 'inProgressBefore'] as const;

  test.each(before)('%s: the very same transaction is sent again', async (fault) => {
    ({ proxy, time, db } = await openWire(database.url, patienceMs(fault)));
    proxy.script('TransactWriteItems', [faults[fault]]);
    expect((await ask(key())).replayed).toBe(false);
    expect(operations()).toEqual(['TransactWriteItems', 'GetItem', 'TransactWriteItems']);
    const [first, second] = sentTransactions();
    expect(second).toEqual(first);
    expect(await books()).toEqual(PAID_ONCE);
  });

  test.each(before)(
    '%s for ever: unknown, nothing written, and a retry finishes it',
    async (fault) => {
      ({ proxy, time, db } = await openWire(database.url, patienceMs(fault)));
      proxy.script('TransactWriteItems', [], faults[fault]);
      await expect(ask(key())).rejects.toThrow(OutcomeUnknownError);
      expect(await books()).toEqual(UNTOUCHED);
      proxy.script('TransactWriteItems', []);
      expect((await ask(key())).replayed).toBe(false);
      expect(await books()).toEqual(PAID_ONCE);
    },
  );
});

/** Told with the id of the payout, by which an operator can look for it. */
const unknown = expect.objectContaining({
  name: 'OutcomeUnknownError',
  message: expect.stringMatching(/^[0-9a-f-]{36}: refused after a lost reply$/),
});

/** A request whose sender gave up on it before it reached the database. */
const arrivingLate = () => {
  const late = {
    fault: (async (exchange) => {
      exchange.drop();
      late.arrive = exchange.forward;
    }) satisfies Fault,
    arrive: async (): Promise<unknown> => undefined,
  };
  return late;
};

describe('a refusal after a lost request', () => {
  test('is not reported as definite, because the lost request may still arrive', async () => {
    const late = arrivingLate();
    proxy.script('TransactWriteItems', [late.fault]);
    await expect(ask(undefined, 45_000_000n)).rejects.toThrow(unknown);
    await database.credit(userId, 50_000_000n);
    await late.arrive();
    expect(await books()).toEqual({ available: 5_000_000n, reserved: 45_000_000n, payouts: 1 });
  });

  test('is definite when another request holds the key, which bars the lost one for good', async () => {
    const first = await ask(key());
    proxy.script('TransactWriteItems', [faults.loseRequest]);
    expect(await ask(key())).toEqual({ body: first.body, replayed: true });
    proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(ask(key(1n), 1n)).rejects.toMatchObject({ tag: 'idempotency_key_reused' });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('is none where the payout is there that DynamoDB no longer knows to be of this request', async () => {
    const asAnother: Fault = async (exchange) =>
      exchange.reply(
        await exchange.forward({ ...exchange.request, ClientRequestToken: randomUUID() }),
      );
    proxy.script('TransactWriteItems', [faults.loseReply, asAnother]);
    proxy.script('GetItem', [], faults.loseReply);
    const asked = newPayout(userId, request, 1n, time.now());
    expect(await ask(undefined, request.amount_micro, asked)).toEqual({
      body: stringifyJson(asked),
      replayed: false,
    });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('a request that arrives after its own retry changes nothing', async () => {
    const late = arrivingLate();
    proxy.script('TransactWriteItems', [late.fault]);
    await ask();
    await late.arrive();
    expect(await books()).toEqual(PAID_ONCE);
  });
});

describe('a refusal for the moment', () => {
  test.each(['conflict', 'throttle', 'throttleInTransaction'] as const)(
    '%s twice, then success: nobody notices',
    async (fault) => {
      proxy.script('TransactWriteItems', [faults[fault], faults[fault]]);
      expect((await ask()).replayed).toBe(false);
      expect(operations()).toEqual(Array(3).fill('TransactWriteItems'));
      expect(
        new Set(sentTransactions().map(({ request }) => request.ClientRequestToken)).size,
      ).toBe(1);
      expect(time.pauses).toEqual([25, 50]);
      expect(await books()).toEqual(PAID_ONCE);
    },
  );

  test.each(['conflict', 'throttle', 'throttleInTransaction'] as const)(
    '%s for ever: a fault, never a definite no',
    async (fault) => {
      proxy.script('TransactWriteItems', [], faults[fault]);
      const started = time.now();
      await expect(ask(key())).rejects.toThrow('accepted no write in time');
      expect(time.now() - started).toBeLessThanOrEqual(BUDGET_MS);
      expect(await books()).toEqual(UNTOUCHED);
    },
  );
});

describe('a request that DynamoDB calls wrong', () => {
  test('is a fault at once', async () => {
    proxy.script('TransactWriteItems', [faults.invalid]);
    await expect(ask()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(operations()).toEqual(['TransactWriteItems']);
  });

  test('after a lost request leaves the outcome unknown', async () => {
    proxy.script('TransactWriteItems', [faults.loseRequest, faults.invalid]);
    const thrown = await ask().catch((error) => error);
    expect(thrown).toEqual(unknown);
    expect(thrown.cause).toMatchObject({ name: 'ValidationException' });
  });
});

test('a new payout whose id is taken already is corruption, and nothing of it is written', async () => {
  const asked = newPayout(userId, request, 1n, time.now());
  await database.putPayout({ ...payoutItem(asked), amount_micro: 1n });
  await expect(ask(undefined, request.amount_micro, asked)).rejects.toThrow(
    new CorruptItemError('PayoutsTable: the new id is taken'),
  );
  expect(await books()).toEqual({ ...UNTOUCHED, payouts: 1 });
});

test('a retry is logged with its number and its reason', async () => {
  proxy.script('TransactWriteItems', [faults.throttle, faults.loseRequest]);
  await ask();
  expect(vi.mocked(console.warn).mock.calls).toMatchObject([
    [
      {
        event: 'retrying',
        attempt: 1,
        failure: 'not_applied',
        error: 'ProvisionedThroughputExceededException',
      },
    ],
    [{ event: 'retrying', attempt: 2, failure: 'unknown', error: expect.any(String) }],
  ]);
});

test('an account item without its counters is a fault that writes nothing', async () => {
  await database.changeAccount(userId, { reserved_micro: 'a lot' });
  await expect(ask()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(await database.payouts(userId)).toEqual([]);
});

test('an account that holds a fraction is reported as corrupt, not refused', async () => {
  await database.changeAccount(userId, { available_micro: 1.5 });
  await expect(ask()).rejects.toMatchObject({ name: 'CorruptItemError' });
  expect(await database.payouts(userId)).toEqual([]);
});
