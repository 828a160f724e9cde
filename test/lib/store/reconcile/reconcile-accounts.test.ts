/**
 * Every account is reconciled, once, however the runs are cut, and beside traffic that never stops.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import type { TableName } from '../../../../lib/config.ts';
import { newPayout } from '../../../../lib/payout.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { connect, type Store } from '../../../../lib/store/dynamodb/store.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import type { Drift } from '../../../../lib/store/reconcile/drift.ts';
import { type Run, reconcile } from '../../../../lib/store/reconcile/reconcile-accounts.ts';
import { systemTime, type Time } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { stubAws } from '../../../support/environment.ts';
import { type Exchange, faults } from '../../../support/fault-proxy.ts';
import { account, payout, putAll, reward } from '../../../support/histories.ts';
import { PAYOUT_REQUEST } from '../../../support/samples.ts';
import { pagesOf } from '../../../support/staged-faults.ts';
import { openWire } from '../../../support/wire.ts';

let database: Database;
let client: DynamoDBDocumentClient;

/** Each test has a database of its own, since a run goes through all accounts. */
beforeEach(async () => {
  database = await startDatabase();
  client = DynamoDBDocumentClient.from(localClient(database.url));
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(async () => {
    client.destroy();
    await database.stop();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
});

/** Gives stores without a proxy, each with so much time from now on. */
function direct(time: Time = systemTime) {
  stubAws('DYNAMODB', database.url);
  const connection = connect({ time });
  onTestFinished(() => connection.client.destroy());
  return (budgetMs = 60_000): Store<TableName> => {
    const nowMs = time.now();
    return { ...connection, tables, nowMs, deadlineMs: nowMs + budgetMs };
  };
}

/** A clock that goes on with every look at it: a budget is then a number of steps. */
function countingTime(): Time {
  let now = 0;
  return { now: () => ++now, random: () => 0.5, sleep: async () => undefined };
}

/** Users with a reward each, and every tenth with an open payout. */
async function users(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const paid = ids.filter((_id, index) => index % 10 === 0);
  const hasPayout = new Set(paid);
  const accounts = ids.map((id) => {
    const reserved_micro = hasPayout.has(id) ? 20n : 0n;
    const available_micro = 100n - reserved_micro;
    return account(id, { available_micro, reserved_micro, lifetime_micro: 100n });
  });
  const rewards = ids.map((id) => reward(id, 'r', 'available', 100n));
  const payouts = paid.map((id) => payout(id, 'requested', 20n));
  await putAll(
    client,
    { table: tables.Accounts, items: accounts },
    { table: tables.Rewards, items: rewards },
    { table: tables.Payouts, items: payouts },
  );
  return ids;
}

/** Runs until there is no `next`, as the state machine does. */
async function reconcileAll(store: () => Store<TableName>) {
  const total = { runs: 0, checked: 0, drifted: 0, skipped: 0, accounts: [] as Drift[] };
  let start: string | undefined;
  do {
    const { next, accounts, ...counts } = await reconcile(store(), start);
    total.runs++;
    total.checked += counts.checked;
    total.drifted += counts.drifted;
    total.skipped += counts.skipped;
    total.accounts.push(...accounts);
    start = next;
  } while (start !== undefined);
  return total;
}

describe('10,000 accounts', { tags: 'heavy' }, () => {
  test('of which three were tampered with: exactly those three are found, over several runs', async () => {
    const ids = await users(10_000);
    const [number, amount, missing] = [ids[1234], ids[5670], ids[9999]] as [string, string, string];
    await database.changeAccount(number, { available_micro: 101n });
    const [{ id } = {}] = await database.payouts(amount);
    await database.changePayout(amount, String(id), { amount_micro: 21n });
    const Key = { user_id: missing, reward_id: 'r' };
    await client.send(new DeleteCommand({ TableName: tables.Rewards, Key }));

    const store = direct(countingTime());
    const { accounts, ...counts } = await reconcileAll(() => store(25_000));
    expect(counts).toEqual({ runs: expect.any(Number), checked: 10_000, drifted: 3, skipped: 0 });
    expect(counts.runs).toBeGreaterThan(2);
    const [available_micro, lifetime_micro] = [
      { field: 'available_micro', stored: '100', expected: '0' },
      { field: 'lifetime_micro', stored: '100', expected: '0' },
    ];
    const reserved_micro = { field: 'reserved_micro', stored: '20', expected: '21' };
    const found: [string, object[]][] = [
      [number, [{ ...available_micro, stored: '101', expected: '100' }]],
      [amount, [{ ...available_micro, stored: '80', expected: '79' }, reserved_micro]],
      [missing, [available_micro, lifetime_micro]],
    ];
    expect(accounts).toHaveLength(3);
    for (const [user_id, differences] of found)
      expect(accounts).toContainEqual({ user_id, differences, corrupt: [] });
  });
});

/** What the log was told at this level. */
const logged = (level: 'info' | 'warn' | 'error') =>
  vi.mocked(console[level]).mock.calls.map(([line]) => line);

describe('a run', () => {
  test('logs each drifted account and, once, what it did', async () => {
    const [good, bad] = (await users(2)) as [string, string];
    await database.changeAccount(bad, { lifetime_micro: 101n });
    expect(await reconcile(direct()(), undefined)).toEqual({
      checked: 2,
      drifted: 1,
      skipped: 0,
      accounts: [expect.objectContaining({ user_id: bad })],
    });
    expect(logged('error')).toEqual([
      { event: 'account_drifted', user_id: bad, fields: 'lifetime_micro is 101, expected 100' },
    ]);
    expect(logged('info')).toEqual([
      { event: 'accounts_reconciled', checked: 2, drifted: 1, skipped: 0 },
    ]);
    expect(JSON.stringify(logged('error'))).not.toContain(good);
  });

  test('over no accounts at all is a run too', async () => {
    const counts = { checked: 0, drifted: 0, skipped: 0 };
    expect(await reconcile(direct()(), undefined)).toEqual({ ...counts, accounts: [] });
    expect(logged('info')).toEqual([{ event: 'accounts_reconciled', ...counts }]);
  });

  test('at the very end of its time gets one account further', async () => {
    const [first, second] = (await users(2)) as [string, string];
    const store = direct({ ...systemTime, now: () => 0 });
    const { next, ...counts } = await reconcile(store(3000), undefined);
    expect(counts).toEqual({ checked: 1, drifted: 0, skipped: 0, accounts: [] });
    expect([first, second]).toContain(next);
  });

  test('without any time gets one account further', async () => {
    await users(30);
    const store = direct(countingTime());
    const { accounts, ...counts } = await reconcileAll(() => store(3000));
    expect(counts).toEqual({ runs: 30, checked: 30, drifted: 0, skipped: 0 });
  });

  test('names few of many drifted accounts, and logs and counts them all', async () => {
    for (const id of await users(60)) await database.changeAccount(id, { lifetime_micro: 101n });
    const { wire, run } = await reconcileOnWire();
    const { accounts, ...counts } = await run(undefined, 600_000);
    expect(counts).toEqual({ checked: 60, drifted: 60, skipped: 0 });
    expect(accounts).toHaveLength(50);
    expect(logged('error')).toHaveLength(60);
    const scans = wire.proxy.log.filter(({ operation }) => operation === 'Scan');
    expect(scans).toMatchObject([{ request: { ConsistentRead: true } }]);
  });

  test('reads the accounts over as many pages as there are', async () => {
    await users(3);
    const { wire, run } = await reconcileOnWire();
    wire.proxy.script('Scan', [], pagesOf(1));
    expect(await run()).toMatchObject({ checked: 3 });
  });
});

/** Reconciles through a proxy, with pauses that take no time. */
async function reconcileOnWire() {
  const wire = await openWire(database.url);
  const run = (start?: string, budgetMs = 60_000) => reconcile(wire.store(budgetMs), start);
  return { wire, run };
}

describe('an account that takes longer than a run has', () => {
  test('is the first of the next run, which skips it when that is too short as well', async () => {
    await users(40);
    const { wire, run } = await reconcileOnWire();
    const order = await scanOrder();
    const endless = order[25];
    wire.proxy.script('Query', [], async (exchange) => {
      const answer = await exchange.forward();
      const { TableName } = exchange.request;
      if (TableName !== tables.Rewards || !isFor(exchange, endless)) return exchange.reply(answer);
      wire.time.advance(1000);
      const page = JSON.parse(answer.body) as object;
      const LastEvaluatedKey = { user_id: { S: endless }, reward_id: { S: 'x' } };
      exchange.reply({ ...answer, body: JSON.stringify({ ...page, LastEvaluatedKey }) });
    });
    const first = await run();
    expect(first).toMatchObject({ checked: 25, skipped: 0, next: order[24] });
    expect(await run(first.next)).toMatchObject({ checked: expect.any(Number), skipped: 1 });
    expect(logged('warn')).toEqual([]);
  });
});

describe('a read that keeps failing', () => {
  test('ends the run before the account that it was for, and fails the next run', async () => {
    await users(40);
    const { wire, run } = await reconcileOnWire();
    const order = await scanOrder();
    wire.proxy.script('Query', [], (exchange) =>
      (isFor(exchange, order[25]) ? faults.throttle : faults.none)(exchange),
    );
    const first = await run();
    expect(first).toMatchObject({ checked: 25, next: order[24] });
    expect(logged('warn')).toEqual([
      { event: 'retrying', error: 'ProvisionedThroughputExceededException' },
    ]);
    await expect(run(first.next)).rejects.toThrow('ProvisionedThroughputExceeded');
  });

  test('fails the run when it is the first of it', async () => {
    await users(3);
    const { wire, run } = await reconcileOnWire();
    wire.proxy.script('Scan', [], faults.throttle);
    await expect(run()).rejects.toThrow('ProvisionedThroughputExceeded');
    expect(logged('info')).toEqual([]);
  });
});

const isFor = ({ request }: Exchange, userId: unknown): boolean =>
  JSON.stringify(request).includes(String(userId));

/** The users in the order in which the table is scanned. */
async function scanOrder(): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.Accounts }));
  return Items.map(({ user_id }) => String(user_id));
}

test('traffic beside it raises no alarm, and what drifted is found in the midst of it', {
  tags: 'heavy',
}, async () => {
  const ids = await users(60);
  const [busy, drifted] = [ids.slice(0, 5), String(ids[59])];
  for (const id of busy) {
    const due = Array.from({ length: 40 }, (_, index) => ({
      reward_id: `due-${index}`,
      amount_micro: 1000n,
      unlocks_at: '2026-01-02T00:00:00.000Z',
    }));
    await database.grant(id, due);
  }
  await database.changeAccount(drifted, { spent_micro: 1n });

  const request = { ...PAYOUT_REQUEST, amount_micro: 1n };
  const [theirs, ours] = [direct(), direct({ ...systemTime, sleep: (ms) => setTimeout(ms / 20) })];
  let stopped = false;
  let changes = 0;
  const traffic = busy.map(async (id) => {
    while (!stopped) {
      const store = theirs(15_000);
      await requestPayout(store, newPayout(id, request, 1n, Date.now()), '{}', undefined);
      changes += 1 + (await unlockDue(store, id, 1n)).rewards;
      await setTimeout(5);
    }
  });
  const runs: Run[] = [];
  const run = async () => runs.push(await reconcile(ours(), undefined));
  while (changes < 250 || runs.length < 3) await run();
  stopped = true;
  await Promise.all(traffic);
  await run();

  for (const { checked, skipped, accounts } of runs) {
    expect(checked + skipped).toBe(60);
    expect(accounts.map(({ user_id }) => user_id)).toEqual([drifted]);
  }
  expect(runs.at(-1)).toMatchObject({ checked: 60, skipped: 0 });
});
