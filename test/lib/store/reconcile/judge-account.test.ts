/** The verdict on an account while others change it, and in the middle of a transaction. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { marshall } from '@aws-sdk/util-dynamodb';
import { v7 } from 'uuid';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  clearedTogether,
  judgeAccount,
  OutOfTimeError,
} from '../../../../lib/store/reconcile/judge-account.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { account, invoice, payout, putAll, reward } from '../../../support/histories.ts';
import { meanwhile, pagesOf } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const LAST_READ_MS = 3000;

const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(async () => {
  userId = randomUUID();
  const balance = {
    pending_micro: 1n,
    available_micro: 45n,
    reserved_micro: 20n,
    paid_out_micro: 30n,
    spent_micro: 4n,
    lifetime_micro: 100n,
  };
  const rewards = [
    reward(userId, 'due', 'pending', 1n),
    reward(userId, 'free', 'available', 99n),
    reward(userId, 'lost', 'reversed', 1000n),
    { user_id: userId, reward_id: 'early', status: 'reversed' },
  ];
  const payouts = [
    payout(userId, 'requested', 5n),
    payout(userId, 'processing', 15n),
    payout(userId, 'sent', 30n),
    payout(userId, 'failed', 7n),
    payout(userId, 'cancelled', 8n),
  ];
  const invoices = [
    invoice(userId, 'covered', 'covered', 4n),
    invoice(userId, 'open', 'open', 9n),
    { user_id: userId, invoice_id: 'early', status: 'closed' },
  ];
  await putAll(
    wire.connection.client,
    { table: tables.Accounts, items: [account(userId, balance)] },
    { table: tables.Rewards, items: rewards },
    { table: tables.Payouts, items: payouts },
    { table: tables.Invoices, items: invoices },
  );
  wire.proxy.log.length = 0;
});

const judge = async (budgetMs = 60_000, before?: Record<string, unknown>) => {
  const store = wire.store(budgetMs + LAST_READ_MS);
  const beginUntilMs = store.deadlineMs - LAST_READ_MS;
  const stored = before ?? (await database.account(userId)) ?? {};
  return judgeAccount({ ...store, beginUntilMs }, userId, stored);
};
const requests = (operation: string) =>
  wire.proxy.log.filter((entry) => entry.operation === operation);

/** What a transaction does: it changes the account, and an item with it. */
const grantOne = async () => {
  const stored = await database.account(userId);
  await database.putReward(reward(userId, randomUUID(), 'available', 10n));
  await database.changeAccount(userId, {
    available_micro: (stored?.available_micro as bigint) + 10n,
    lifetime_micro: (stored?.lifetime_micro as bigint) + 10n,
    version: (stored?.version as bigint) + 1n,
  });
};

describe('a quiet account', () => {
  test('is balanced by one look: a query of each table and one read of the account', async () => {
    expect(await judge()).toBe('balanced');
    expect(wire.proxy.operations().sort()).toEqual(['GetItem', ...Array(4).fill('Query')]);
  });

  test('is read consistently, and no more of its items than is judged', async () => {
    await judge();
    const consistent = wire.proxy.log.map(({ request }) => request.ConsistentRead);
    expect(consistent).toEqual(Array(5).fill(true));
    const read = requests('Query').flatMap(({ request }) =>
      Object.values(request.ExpressionAttributeNames as Record<string, string>),
    );
    expect(read).not.toContain('fingerprint');
    expect(read).not.toContain('covered_at');
  });

  test('is added up over as many pages as there are', async () => {
    wire.proxy.script('Query', [], pagesOf(1));
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
    const id = randomUUID();
    await database.putReward({ user_id: userId, reward_id: 'odd' });
    await database.putPayout({ user_id: userId, id });
    await database.putInvoice({ user_id: userId, invoice_id: 'odd' });
    const verdict = (await judge()) as { corrupt: string[] };
    expect(verdict.corrupt.toSorted()).toEqual([
      'invoice odd: status',
      expect.stringMatching(`^payout ${id}: .*status`),
      'reward odd: status',
    ]);
  });

  test('is drifted by each thing that its items, their indexes and its keys can hold wrong', async () => {
    const [asked, sent, missing, other] = [v7(), v7(), v7(), v7()];
    const wrongDigit = (id: string) => (id.endsWith('0') ? '1' : '0');
    const unlocks_at = rfc3339(wire.time.now() + 16 * 60_000);
    const { client } = wire.connection;
    const record = (operation_key: string, answer: string, written_by: string) => ({
      ...{ user_id: userId, operation_key, fingerprint: 'f', expires_at: 2n ** 40n },
      ...{ answer, written_by },
    });
    await putAll(
      client,
      {
        table: tables.Rewards,
        items: [
          reward(userId, 'early', 'available', 1n, { unlocks_at }),
          { ...reward(userId, 'hidden', 'pending', 1n), due_shard: wrongDigit(userId) },
          { ...reward(userId, 'late', 'pending', 1n), pending_until: '2999-01-02T00:00:00.000Z' },
          { ...reward(userId, 'unlisted', 'reversed', 1n), granted_key: '2020' },
        ],
      },
      {
        table: tables.Payouts,
        items: [
          { ...payout(userId, 'requested', 1n, asked), shard: wrongDigit(asked) },
          { ...payout(userId, 'sent', 1n, sent), queue_key: `done#${other}` },
        ],
      },
      {
        table: tables.IdempotencyKeys,
        items: [
          record('payout#there', JSON.stringify({ id: asked }), asked),
          record('payout#gone', JSON.stringify({ id: missing }), missing),
          record('payout#other', JSON.stringify({ id: other }), sent),
          record('spend#there', '{"ok":true}', 'spend'),
          record('spend#gone', '{"ok":true}', missing),
          { user_id: userId, operation_key: 'payout#refused', refused_at: 1n, refusal: 'x' },
        ],
      },
    );
    const verdict = (await judge()) as { differences: object[]; corrupt: string[] };
    expect(verdict.differences).toEqual([]);
    expect(verdict.corrupt).toEqual(
      [
        'key payout#gone: written_by',
        'key payout#other: answer',
        'key spend#gone: written_by',
        `payout ${asked}: shard`,
        `payout ${sent}: queue_key`,
        'reward early: unlocks_at',
        'reward hidden: due_shard',
        'reward late: pending_until',
        'reward unlisted: granted_key',
      ].toSorted(),
    );
  });

  test('is the same drift in whichever order its items come', async () => {
    const id = v7();
    await database.putPayout({ ...payout(userId, 'sent', 1n, id), shard: 'x' });
    await database.putReward({ ...reward(userId, 'r', 'reversed', 1n), granted_key: 'x' });
    const slow =
      (table: string): Fault =>
      async (exchange) => {
        const answer = await exchange.forward();
        if (exchange.request.TableName === table) await setTimeout(60);
        exchange.reply(answer);
      };
    const [first, second] = [tables.Rewards, tables.Payouts].map((table) =>
      Array(4).fill(slow(table)),
    ) as [Fault[], Fault[]];
    wire.proxy.script('Query', [...first, ...second]);
    expect(await judge()).toMatchObject({
      corrupt: [`payout ${id}: shard`, 'reward r: granted_key'],
    });
    expect(requests('GetItem')).toHaveLength(2);
  });

  test('reads the keys before what they claim, so that a payout in between is no finding', async () => {
    await judge();
    const order = requests('Query').map(({ request }) => request.TableName);
    expect(order.indexOf(tables.IdempotencyKeys)).toBeLessThan(order.indexOf(tables.Payouts));
    expect(order.indexOf(tables.IdempotencyKeys)).toBeLessThan(order.indexOf(tables.Invoices));
  });

  test('is drifted when it is gone', async () => {
    wire.proxy.script('GetItem', [], async (exchange) =>
      exchange.reply({ status: 200, body: '{}' }),
    );
    expect(await judge(60_000, { user_id: userId, version: 1n })).toMatchObject({
      corrupt: [expect.stringContaining('account: ')],
    });
  });
});

describe('an account that changes under the look', () => {
  /** Before the account is read at the end of a look, it and its items change. */
  const changeDuringLook = meanwhile('before', grantOne);

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
      const item = marshall(reward(userId, 'new', 'available', 10n));
      const { Items, ...rest } = JSON.parse(answer.body) as { Items: unknown[] };
      exchange.reply({ ...answer, body: JSON.stringify({ ...rest, Items: [...Items, item] }) });
    };
    const onRewards: Fault = (exchange) =>
      (exchange.request.TableName === tables.Rewards ? early : faults.none)(exchange);
    wire.proxy.script('Query', [onRewards, onRewards, onRewards]);
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
    [1124, [1000]],
  ])(
    'of %i ms is too short for a second look, and no time is spent in vain',
    async (budgetMs, pauses) => {
      await database.changeAccount(userId, { available_micro: 46n });
      stopTheClock();
      await expect(judge(budgetMs)).rejects.toMatchObject({ name: 'OutOfTimeError' });
      expect(wire.time.pauses).toEqual(pauses);
    },
  );

  test('of 1125 ms is enough for a second look', async () => {
    await database.changeAccount(userId, { available_micro: 46n });
    stopTheClock();
    expect(await judge(1125)).toMatchObject({ user_id: userId });
    expect(wire.time.pauses).toEqual([1000, 25]);
  });

  test('that is over with the first page leaves no verdict', async () => {
    wire.proxy.script('Query', [], pagesOf(1));
    stopTheClock();
    await expect(judge(0)).rejects.toThrow(OutOfTimeError);
  });

  test('that ends between two pages leaves no verdict', async () => {
    wire.proxy.script('Query', [], async (exchange) => {
      wire.time.advance(1000);
      await pagesOf(1)(exchange);
    });
    await expect(judge(2500)).rejects.toThrow(OutOfTimeError);
  });
});

describe('a look at many', () => {
  const look = async () => {
    const store = wire.store();
    const stored = (await database.account(userId)) ?? {};
    return clearedTogether({ ...store, beginUntilMs: store.deadlineMs }, [stored]);
  };

  test('clears whose items add up', async () => expect(await look()).toEqual(new Set([userId])));

  test('leaves alone who has more items of a kind than it reads at once', async () => {
    wire.proxy.script('Query', [], pagesOf(1));
    expect(await look()).toEqual(new Set());
    // The first page of the rewards and of the keys, and none of what comes behind them.
    const pages = requests('Query').filter(({ request }) => request.ExclusiveStartKey);
    expect(pages).toEqual([]);
  });

  test('clears nobody when the accounts cannot be read again', async () => {
    wire.proxy.script('BatchGetItem', [], faults.throttle);
    expect(await look()).toEqual(new Set());
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
