/**
 * The verdict on an account while others change it, and while the database shows it in the middle
 * of a transaction.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import { judgeAccount, OutOfTimeError } from '../../../../lib/store/reconcile/judge-account.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { account, invoice, payout, putAll, reward } from '../../../support/histories.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const BUDGET_MS = 60_000;
const LAST_READ_MS = 3000;

let database: Database;
let client: DynamoDBDocumentClient;
let wire: Wire;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
  client = DynamoDBDocumentClient.from(localClient(database.url));
});
afterAll(() => {
  client.destroy();
  return database.stop();
});

const { ACCOUNTS_TABLE, REWARDS_TABLE, PAYOUTS_TABLE, INVOICES_TABLE } = {
  ACCOUNTS_TABLE: 'AccountsTable',
  REWARDS_TABLE: 'RewardsTable',
  PAYOUTS_TABLE: 'PayoutsTable',
  INVOICES_TABLE: 'InvoicesTable',
};

beforeEach(async () => {
  wire = await openWire(database.url);
  userId = randomUUID();
  await putAll(
    client,
    {
      table: ACCOUNTS_TABLE,
      items: [
        account(userId, {
          pending_micro: 1n,
          available_micro: 45n,
          reserved_micro: 20n,
          paid_out_micro: 30n,
          spent_micro: 4n,
          lifetime_micro: 100n,
        }),
      ],
    },
    {
      table: REWARDS_TABLE,
      items: [
        reward(userId, 'due', 'pending', 1n),
        reward(userId, 'free', 'available', 99n),
        reward(userId, 'lost', 'reversed', 1000n),
        { user_id: userId, reward_id: 'early', status: 'reversed' },
      ],
    },
    {
      table: PAYOUTS_TABLE,
      items: [
        payout(userId, 'requested', 5n),
        payout(userId, 'processing', 15n),
        payout(userId, 'sent', 30n),
        payout(userId, 'failed', 7n),
        payout(userId, 'cancelled', 8n),
      ],
    },
    {
      table: INVOICES_TABLE,
      items: [
        invoice(userId, 'covered', 'covered', 4n),
        invoice(userId, 'open', 'open', 9n),
        { user_id: userId, invoice_id: 'early', status: 'closed' },
      ],
    },
  );
});

const judge = async (budgetMs = BUDGET_MS) => {
  const beginUntilMs = wire.time.now() + budgetMs;
  const limits = { beginUntilMs, deadlineMs: beginUntilMs + LAST_READ_MS };
  const stored = (await database.account(userId)) ?? {};
  return judgeAccount(wire.db, database.tables, userId, stored, limits);
};
const requests = (operation: string) =>
  wire.proxy.log.filter((entry) => entry.operation === operation);

/** What a transaction does: it changes the account, and an item with it. */
const grantOne = async () => {
  const stored = await database.account(userId);
  await putAll(client, {
    table: REWARDS_TABLE,
    items: [reward(userId, randomUUID(), 'available', 10n)],
  });
  await database.changeAccount(userId, {
    available_micro: (stored?.available_micro as bigint) + 10n,
    lifetime_micro: (stored?.lifetime_micro as bigint) + 10n,
    version: (stored?.version as bigint) + 1n,
  });
};

describe('a quiet account', () => {
  test('is balanced by one look: a query of each table and one read of the account', async () => {
    expect(await judge()).toBe('balanced');
    expect(wire.proxy.log.map(({ operation }) => operation).sort()).toEqual([
      'GetItem',
      'Query',
      'Query',
      'Query',
    ]);
  });

  test('is read consistently, and no more of its items than is added up', async () => {
    await judge();
    expect(wire.proxy.log.map(({ request }) => request.ConsistentRead)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const read = requests('Query').flatMap(({ request }) =>
      Object.values(request.ExpressionAttributeNames as Record<string, string>),
    );
    expect(read).not.toContain('address');
    expect(read).not.toContain('history');
  });

  test('is added up over as many pages as there are', async () => {
    const paged: Fault = async (exchange) =>
      exchange.reply(await exchange.forward({ ...exchange.request, Limit: 1 }));
    wire.proxy.script('Query', [], paged);
    expect(await judge()).toBe('balanced');
    expect(requests('Query').length).toBeGreaterThanOrEqual(4 + 5 + 3);
  });

  test('is drifted when a second look a second later finds the same', async () => {
    await database.changeAccount(userId, { available_micro: 46n });
    expect(await judge()).toEqual({
      user_id: userId,
      differences: [{ field: 'available_micro', stored: '46', expected: '45' }],
      corrupt: [],
    });
    expect(requests('GetItem')).toHaveLength(2);
    expect(Math.max(...wire.time.pauses)).toBe(1000);
  });

  test('is drifted when an item is not what this code writes, and the item is named', async () => {
    await database.putReward({ ...reward(userId, 'free', 'available', 99n), amount_micro: 99.5 });
    await database.changeAccount(userId, { spent_micro: 'four' });
    expect(await judge()).toEqual({
      user_id: userId,
      differences: [
        { field: 'available_micro', stored: '45', expected: '-54' },
        { field: 'lifetime_micro', stored: '100', expected: '1' },
      ],
      corrupt: ['account: spent_micro', 'reward free: amount_micro'],
    });
  });

  test('is drifted when one of its items has no status, which names each by its id', async () => {
    const ids = { reward_id: 'odd', id: randomUUID(), invoice_id: 'odd' };
    await database.putReward({ user_id: userId, reward_id: ids.reward_id });
    await database.putPayout({ user_id: userId, id: ids.id });
    await database.putInvoice({ user_id: userId, invoice_id: ids.invoice_id });
    const verdict = (await judge()) as { corrupt: string[] };
    expect(verdict.corrupt.toSorted()).toEqual([
      'invoice odd: status',
      `payout ${ids.id}: status`,
      'reward odd: status',
    ]);
  });

  test('is drifted when it is gone', async () => {
    wire.proxy.script('GetItem', [], async (exchange) =>
      exchange.reply({ status: 200, body: '{}' }),
    );
    const limits = {
      beginUntilMs: wire.time.now() + BUDGET_MS,
      deadlineMs: wire.time.now() + BUDGET_MS,
    };
    const stored = { user_id: userId, version: 1n };
    expect(await judgeAccount(wire.db, database.tables, userId, stored, limits)).toMatchObject({
      corrupt: [expect.stringContaining('account: ')],
    });
  });
});

describe('an account that changes under the look', () => {
  /** Before the account is read at the end of a look, it and its items change. */
  const changeDuringLook: Fault = async (exchange) => {
    await grantOne();
    exchange.reply(await exchange.forward());
  };

  test('is looked at again until it held still', async () => {
    wire.proxy.script('GetItem', [changeDuringLook, changeDuringLook]);
    expect(await judge()).toBe('balanced');
    expect(requests('GetItem')).toHaveLength(3);
  });

  test('is skipped when it never does, and no alarm is raised', async () => {
    wire.proxy.script('GetItem', [], changeDuringLook);
    expect(await judge()).toBe('skipped');
    expect(requests('GetItem')).toHaveLength(10);
  });

  test('raises no alarm when money comes and goes, and is there whenever the account is read', async () => {
    const change = async (available_micro: bigint) => {
      const stored = await database.account(userId);
      const [lifetime_micro, version] = [available_micro + 55n, (stored?.version as bigint) + 1n];
      await database.changeAccount(userId, { available_micro, lifetime_micro, version });
    };
    const comeAndGo: Fault = async (exchange) => {
      await change(55n);
      const answer = await exchange.forward();
      await change(45n);
      exchange.reply(answer);
    };
    wire.proxy.script('GetItem', [], comeAndGo);
    expect(await judge()).toBe('skipped');
  });

  test('is still found out when it held still at last', async () => {
    await database.changeAccount(userId, { reserved_micro: 21n });
    wire.proxy.script('GetItem', [changeDuringLook, faults.none, changeDuringLook]);
    expect(await judge()).toMatchObject({ differences: [{ field: 'reserved_micro' }] });
    expect(requests('GetItem')).toHaveLength(5);
  });

  test('raises no alarm when the database shows a transaction on its items before it shows it on the account', async () => {
    const early: Fault = async (exchange) => {
      const answer = await exchange.forward();
      const item = {
        reward_id: { S: 'new' },
        status: { S: 'available' },
        amount_micro: { N: '10' },
      };
      const { Items, ...rest } = JSON.parse(answer.body) as { Items: unknown[] };
      exchange.reply({ ...answer, body: JSON.stringify({ ...rest, Items: [...Items, item] }) });
    };
    const onRewards = (fault: Fault): Fault => {
      return (exchange) =>
        (exchange.request.TableName === REWARDS_TABLE ? fault : faults.none)(exchange);
    };
    wire.proxy.script('Query', [onRewards(early), onRewards(early), onRewards(early)]);
    expect(await judge()).toBe('balanced');
    expect(requests('GetItem')).toHaveLength(2);
  });
});

describe('the time', () => {
  test('that is too short for the second look leaves no verdict', async () => {
    await database.changeAccount(userId, { available_micro: 46n });
    await expect(judge(900)).rejects.toThrow(OutOfTimeError);
  });

  /** Stops the clock, which then only goes on while somebody sleeps. */
  const stopTheClock = () => {
    let now = wire.time.now();
    wire.time.now = () => now;
    wire.time.sleep = async (milliseconds) => {
      wire.time.pauses.push(milliseconds);
      now += milliseconds;
    };
  };

  test.each([
    [1000, []],
    [1001, [1000]],
    [1025, [1000]],
  ])(
    'of %i ms is too short for a second look, and no time is spent in vain',
    async (budgetMs, pauses) => {
      await database.changeAccount(userId, { available_micro: 46n });
      stopTheClock();
      await expect(judge(budgetMs)).rejects.toMatchObject({ name: 'OutOfTimeError' });
      expect(wire.time.pauses).toEqual(pauses);
    },
  );

  test('of 1026 ms is enough for a second look', async () => {
    await database.changeAccount(userId, { available_micro: 46n });
    stopTheClock();
    expect(await judge(1026)).toMatchObject({ user_id: userId });
    expect(wire.time.pauses).toEqual([1000, 25]);
  });

  test('that is over with the first page leaves no verdict', async () => {
    wire.proxy.script('Query', [], async (exchange) =>
      exchange.reply(await exchange.forward({ ...exchange.request, Limit: 1 })),
    );
    stopTheClock();
    await expect(judge(0)).rejects.toThrow(OutOfTimeError);
  });

  test('that ends between two pages leaves no verdict', async () => {
    wire.proxy.script('Query', [], async (exchange) => {
      wire.time.advance(1000);
      exchange.reply(await exchange.forward({ ...exchange.request, Limit: 1 }));
    });
    await expect(judge(2500)).rejects.toThrow(OutOfTimeError);
  });
});

describe('a read', () => {
  test('that is throttled is made again', async () => {
    wire.proxy.script('Query', [faults.throttle, faults.loseReply]);
    expect(await judge()).toBe('balanced');
  });

  test('that keeps failing is no verdict', async () => {
    wire.proxy.script('Query', [], faults.throttle);
    await expect(judge()).rejects.toThrow('ProvisionedThroughputExceeded');
  });
});
