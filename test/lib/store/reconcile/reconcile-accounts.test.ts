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
import { type Part, type Run, together } from '../../../../lib/store/reconcile/progress.ts';
import { reconcile } from '../../../../lib/store/reconcile/reconcile-accounts.ts';
import { systemTime, type Time } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { stubAws } from '../../../support/environment.ts';
import { type Exchange, faults } from '../../../support/fault-proxy.ts';
import { account, invoice, payout, putAll, reward } from '../../../support/histories.ts';
import { PAYOUT_REQUEST } from '../../../support/samples.ts';
import { pagesOf } from '../../../support/staged-faults.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

let database: Database;
let client: DynamoDBDocumentClient;

/** Each test has a database of its own, since a run goes through all accounts. */
beforeEach(async () => {
  database = await startDatabase();
  client = DynamoDBDocumentClient.from(localClient(database.url));
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
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
  return (budgetMs = 60_000): Store<TableName> => ({
    ...connection,
    tables,
    nowMs: Date.now(),
    deadlineMs: time.now() + budgetMs,
  });
}

/** A clock that goes on with every look at it: a budget is then a number of steps. */
const countingTime = () => steppingTime(1);

function steppingTime(stepMs: number): Time {
  let now = 0;
  const passTime = (ms: number) => {
    now += ms;
    return now;
  };
  return { now: () => passTime(stepMs), random: () => 0.5, sleep: async () => undefined };
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
    expect([first, second].map(afterAccount)).toContain(next);
  });

  test('without any time gets one account further', async () => {
    await users(30);
    const store = direct(countingTime());
    const { accounts, ...counts } = await reconcileAll(() => store(3000));
    // The accounts, whose rewards and payouts they are, and one that finds that there are no more.
    const runs = 30 + 30 + 3 + 1;
    expect(counts).toEqual({ runs, checked: 30, drifted: 0, skipped: 0 });
  });

  test('names few of many drifted accounts, and logs and counts them all', async () => {
    for (const id of await users(60)) await database.changeAccount(id, { lifetime_micro: 101n });
    const { wire, run } = await reconcileOnWire();
    const { accounts, ...counts } = await run(undefined, 600_000);
    expect(counts).toEqual({ checked: 60, drifted: 60, skipped: 0 });
    expect(accounts).toHaveLength(50);
    expect(logged('error')).toHaveLength(60);
    const scans = wire.proxy.log.filter(({ operation }) => operation === 'Scan');
    expect(scans.map(({ request }) => [request.TableName, request.ConsistentRead])).toEqual([
      [tables.Accounts, true],
      [tables.Rewards, undefined],
      [tables.Payouts, undefined],
      [tables.Invoices, undefined],
      [tables.IdempotencyKeys, undefined],
    ]);
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
  const run = (start?: string, budgetMs = 60_000, part?: Part) =>
    reconcile(wire.store(budgetMs), start, part);
  return { wire, run };
}

describe('in segments', () => {
  /** Each segment, run after run until it has no `next`, as the state machine has them. */
  async function reconcileParts(
    of: number,
    step: (next: string | undefined, part: Part) => Promise<Run>,
  ) {
    const runs: Run[] = [];
    for (let segment = 0; segment < of; segment++) {
      let next: string | undefined;
      do {
        const run = await step(next, { segment, of });
        runs.push(run);
        next = run.next;
      } while (next !== undefined);
    }
    return { ...together(runs), runs: runs.length };
  }

  test('every account, and every user without one, is in exactly one of them', async () => {
    const ids = await users(120);
    const orphans = Array.from({ length: 12 }, () => randomUUID());
    await putAll(
      client,
      { table: tables.Rewards, items: orphans.map((id) => reward(id, 'r', 'pending', 1n)) },
      { table: tables.Payouts, items: orphans.map((id) => payout(id, 'sent', 1n)) },
    );
    for (const id of ids.slice(0, 7)) await database.changeAccount(id, { lifetime_micro: 101n });
    const { wire, run } = await reconcileOnWire();
    const { accounts, ...counts } = await reconcileParts(7, (next, part) =>
      run(next, 60_000, part),
    );
    expect(counts).toEqual({ checked: 120, drifted: 19, skipped: 0, runs: 7 });
    const named = accounts.map(({ user_id }) => user_id);
    expect(named.sort()).toEqual([...ids.slice(0, 7), ...orphans].sort());
    const scans = wire.proxy.log.filter(({ operation }) => operation === 'Scan');
    expect(new Set(scans.map(({ request }) => request.TotalSegments))).toEqual(new Set([7]));
    expect(new Set(scans.map(({ request }) => request.Segment)).size).toBe(7);
  });

  test('each account has one verdict, however often runs are repeated and cut short', async () => {
    await users(60);
    const store = direct(countingTime());
    let cut = 0;
    const counts = await reconcileParts(3, async (next, part) => {
      // Its result got lost, as when the process was killed: the same step is run again.
      if (cut++ % 3 === 0) await reconcile(store(), next, part);
      return reconcile(store(3000 + (cut % 5) * 10), next, part);
    });
    expect(counts).toMatchObject({ checked: 60, drifted: 0, skipped: 0 });
    expect(counts.runs).toBeGreaterThan(10);
  });

  test('who is always busy is named at the end of its segment, and nobody else is', async () => {
    await users(40);
    const { wire, run } = await reconcileOnWire();
    const busy = (await scanOrder())[20];
    let version = 2n;
    wire.proxy.script('Query', [], async (exchange) => {
      if (isFor(exchange, busy)) await database.changeAccount(String(busy), { version: version++ });
      exchange.reply(await exchange.forward());
    });
    const total = await reconcileParts(4, (next, part) => run(next, 600_000, part));
    expect(total).toMatchObject({ checked: 39, drifted: 0, skipped: 1 });
    expect(logged('error')).toEqual([{ event: 'account_unjudged', user_id: busy }]);
  });
});

describe('accounts that are looked at together', () => {
  test('take one read of the accounts for many, and those that it leaves out are read alone', async () => {
    await users(50);
    const { wire, run } = await reconcileOnWire();
    await run();
    expect(wire.proxy.operations()).not.toContain('GetItem');
    const [left] = await scanOrder();
    wire.proxy.log.length = 0;
    wire.proxy.script('BatchGetItem', [], async (exchange) => {
      const answer = await exchange.forward();
      const body = JSON.parse(answer.body) as {
        Responses: Record<string, { user_id: { S: string } }[]>;
      };
      const { [tables.Accounts]: found = [] } = body.Responses;
      body.Responses[tables.Accounts] = found.filter(({ user_id }) => user_id.S !== left);
      exchange.reply({ ...answer, body: JSON.stringify(body) });
    });
    expect(await run()).toMatchObject({ checked: 50, drifted: 0, skipped: 0 });
    const gets = wire.proxy.log.filter(({ operation }) => operation === 'GetItem');
    expect(new Set(gets.map(({ request }) => JSON.stringify(request.Key)))).toEqual(
      new Set([JSON.stringify({ user_id: { S: left } })]),
    );
  });
});

test('two groups are looked at at once, and a third waits until the first is done with', async () => {
  await users(90);
  const { wire, run } = await reconcileOnWire();
  const begun = new Set<string>();
  let first: string | undefined;
  let beside: number | undefined;
  wire.proxy.script('Query', [], async (exchange) => {
    const values = exchange.request.ExpressionAttributeValues as { ':user': { S: string } };
    const { S: userId } = values[':user'];
    begun.add(userId);
    first ??= userId;
    if (first === userId && beside === undefined) {
      await vi.waitUntil(() => begun.size >= 50, 5000);
      await setTimeout(100);
      beside = begun.size;
    }
    exchange.reply(await exchange.forward());
  });
  expect(await run()).toMatchObject({ checked: 90 });
  expect(beside).toBe(50);
});

test('of those with more items of a kind, a few at once are looked at alone', async () => {
  await users(60);
  const { wire, run } = await reconcileOnWire();
  const alone: string[] = [];
  let most = 0;
  wire.proxy.script('Query', [], async (exchange) => {
    const { Limit, ExpressionAttributeValues: values } = exchange.request;
    const { S: userId } = (values as { ':user': { S: string } })[':user'];
    const answer = await exchange.forward();
    if (Limit === 250) {
      const LastEvaluatedKey = { user_id: { S: userId }, reward_id: { S: 'r' } };
      const body = JSON.stringify({ ...JSON.parse(answer.body), LastEvaluatedKey });
      return exchange.reply({ ...answer, body });
    }
    alone.push(userId);
    most = Math.max(most, new Set(alone).size);
    await setTimeout(20);
    alone.splice(alone.indexOf(userId), 1);
    return exchange.reply(answer);
  });
  expect(await run()).toMatchObject({ checked: 60, drifted: 0, skipped: 0 });
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(16);
});

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
    expect(first).toMatchObject({ checked: 25, skipped: 0, next: afterAccount(order[24]) });
    expect(logged('warn')).toEqual([]);
    let skipped = 0;
    let checked = 25;
    for (let next = first.next; next !== undefined; ) {
      const one: Run = await run(next);
      expect(one.next).not.toBe(next);
      checked += one.checked;
      skipped += one.skipped;
      next = one.next;
    }
    expect({ checked, skipped }).toEqual({ checked: 39, skipped: 1 });
    expect(logged('warn')).toEqual([{ event: 'account_skipped', user_id: endless }]);
    expect(logged('error')).toEqual([{ event: 'account_unjudged', user_id: endless }]);
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
    expect(first).toMatchObject({ checked: 25, next: afterAccount(order[24]) });
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

/** Where a run goes on that has judged this account last. */
const afterAccount = (user_id: string | undefined) =>
  JSON.stringify({ pass: 'accounts', after: { user_id }, skipped: [] });

const isFor = ({ request }: Exchange, userId: unknown): boolean =>
  JSON.stringify(request).includes(String(userId));

/** The users in the order in which the table is scanned. */
async function scanOrder(): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.Accounts }));
  return Items.map(({ user_id }) => String(user_id));
}

describe('a user without an account', () => {
  const without = async (
    rows: Partial<Record<'Rewards' | 'Payouts' | 'Invoices' | 'IdempotencyKeys', object[]>>,
  ) => {
    const tableRows = Object.entries(rows).map(([name, items]) => ({
      table: tables[name as keyof typeof rows],
      items: items as Record<string, unknown>[],
    }));
    await putAll(client, ...tableRows);
    return reconcile(direct()(), undefined);
  };
  const missing = (user_id: string, ...corrupt: string[]) => ({
    user_id,
    differences: [],
    corrupt: ['account: missing', ...corrupt],
  });
  const id = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';

  test.each([
    ['a reward', { Rewards: [reward(id, 'r', 'pending', 1n)] }],
    ['a payout', { Payouts: [payout(id, 'cancelled', 1n)] }],
    ['a covered invoice', { Invoices: [invoice(id, 'i', 'covered', 1n)] }],
  ])('is found by %s, beside accounts that balance', async (_what, rows) => {
    await users(12);
    expect(await without(rows)).toEqual({
      checked: 12,
      drifted: 1,
      skipped: 0,
      accounts: [missing(id)],
    });
    expect(logged('error')).toEqual([
      { event: 'account_drifted', user_id: id, fields: 'corrupt account: missing' },
    ]);
  });

  test('is found by a corrupt item, and by the record under a key', async () => {
    const other = '1b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';
    const record = { operation_key: 'spend#k', answer: '{"ok":true}', written_by: 's' };
    const { accounts } = await without({
      Invoices: [{ user_id: id, invoice_id: 'i', status: 'open' }],
      IdempotencyKeys: [{ ...record, user_id: other }],
    });
    expect(accounts).toEqual([
      missing(id, 'invoice i: total_micro'),
      missing(other, 'key spend#k: written_by'),
    ]);
  });

  test('is named once, however many items of however many kinds there are', async () => {
    const rewards = Array.from({ length: 5 }, (_, index) => reward(id, `r${index}`, 'pending', 1n));
    const payouts = [payout(id, 'sent', 1n), payout(id, 'requested', 1n)];
    expect(await without({ Rewards: rewards, Payouts: payouts })).toMatchObject({
      drifted: 1,
      accounts: [missing(id)],
    });
    expect(logged('error')).toHaveLength(1);
    expect(logged('info')).toMatchObject([{ drifted: 1 }]);
  });

  test('is nobody to complain of with what billing says before any money moves', async () => {
    const run = await without({
      Rewards: [
        { user_id: id, reward_id: 'r', status: 'reversed' },
        reward(id, 's', 'reversed', 1n),
      ],
      Invoices: [invoice(id, 'i', 'open', 1n), { user_id: id, invoice_id: 'j', status: 'closed' }],
      IdempotencyKeys: [{ user_id: id, operation_key: 'payout#k', refused_at: 1n, refusal: 'x' }],
    });
    expect(run).toEqual({ checked: 0, drifted: 0, skipped: 0, accounts: [] });
  });

  test('whose account was deleted is found when its accounts were all gone through', async () => {
    const [gone] = (await users(3)) as [string];
    await client.send(new DeleteCommand({ TableName: tables.Accounts, Key: { user_id: gone } }));
    expect(await reconcile(direct()(), undefined)).toMatchObject({
      checked: 2,
      drifted: 1,
      accounts: [missing(gone)],
    });
  });

  test('is found however the runs are cut', async () => {
    await users(100);
    await putAll(client, {
      table: tables.Payouts,
      items: Array.from({ length: 5 }, () => payout(id, 'requested', 1n)),
    });
    const store = direct(steppingTime(10));
    const found = new Set<string>();
    let runs = 0;
    let next: string | undefined;
    do {
      const one: Run = await reconcile(store(3000 + 2000), next);
      for (const { user_id } of one.accounts) found.add(user_id);
      expect(one.next).not.toBe(next);
      next = one.next;
      runs++;
    } while (next !== undefined);
    expect([...found]).toEqual([id]);
    expect(runs).toBeGreaterThan(3);
  });

  test('costs those with an account one read that may lag in each table, not one for each item', async () => {
    const [user] = (await users(1)) as [string];
    const rewards = Array.from({ length: 20 }, (_, index) =>
      reward(user, `x${index}`, 'reversed', 1n),
    );
    await putAll(client, { table: tables.Rewards, items: rewards });
    const { wire, run } = await reconcileOnWire();
    expect(await run()).toMatchObject({ checked: 1, drifted: 0 });
    const gets = wire.proxy.log.filter(({ operation }) => operation === 'BatchGetItem');
    const consistent = ({ request }: (typeof gets)[number]) =>
      (request.RequestItems as Record<string, { ConsistentRead?: boolean }>)[tables.Accounts]
        ?.ConsistentRead;
    expect(wire.proxy.operations()).not.toContain('GetItem');
    expect(gets.map(consistent)).toEqual([true, undefined, undefined]);
  });
});

describe('an account that kept changing', () => {
  /** Every read of this account finds that its version has grown, as long as it is busy. */
  const busyAccount = (wire: Wire, userId: string, isBusy: () => boolean) => {
    let version = 1n;
    for (const operation of ['GetItem', 'BatchGetItem'])
      wire.proxy.script(operation, [], async (exchange) => {
        if (isFor(exchange, userId) && isBusy())
          await database.changeAccount(userId, { version: ++version });
        await faults.none(exchange);
      });
  };
  const reads = (wire: Wire, userId: string) =>
    wire.proxy.log.filter(
      (entry) => entry.operation === 'GetItem' && JSON.stringify(entry.request).includes(userId),
    ).length;

  test('is named, and judged when it was quiet at the end', async () => {
    const [busy] = (await users(3)) as [string];
    await database.changeAccount(busy, { spent_micro: 1n });
    const { wire, run } = await reconcileOnWire();
    busyAccount(wire, busy, () => logged('warn').length === 0);
    expect(await run(undefined, 600_000)).toMatchObject({
      checked: 3,
      drifted: 1,
      skipped: 0,
      accounts: [{ user_id: busy }],
    });
    expect(logged('warn')).toEqual([{ event: 'account_skipped', user_id: busy }]);
    expect(logged('error')).toMatchObject([{ event: 'account_drifted', user_id: busy }]);
  });

  test('is looked at far more often at the end, and then somebody is told', async () => {
    const [busy] = (await users(3)) as [string];
    const { wire, run } = await reconcileOnWire();
    busyAccount(wire, busy, () => true);
    expect(await run(undefined, 600_000)).toMatchObject({ checked: 2, drifted: 0, skipped: 1 });
    expect(logged('error')).toEqual([{ event: 'account_unjudged', user_id: busy }]);
    expect(reads(wire, busy)).toBeGreaterThan(100);
  });

  test('is not forgotten when the run ends first: the next ones know of it', async () => {
    const [busy] = (await users(3)) as [string];
    const { wire, run } = await reconcileOnWire();
    busyAccount(wire, busy, () => true);
    wire.proxy.script('Scan', [faults.none, ...Array(4).fill(faults.throttle)]);
    const first = await run(undefined, 600_000);
    expect(first).toMatchObject({ checked: 2, skipped: 0 });
    expect(JSON.parse(String(first.next))).toEqual({ pass: 'rewards', skipped: [busy] });
    expect(await run(first.next, 600_000)).toMatchObject({ checked: 0, skipped: 1 });
    expect(logged('error')).toEqual([{ event: 'account_unjudged', user_id: busy }]);
  });

  test('is waited for once, however often it was skipped', async () => {
    const [busy] = (await users(1)) as [string];
    const { wire, run } = await reconcileOnWire();
    busyAccount(wire, busy, () => true);
    wire.proxy.script('Scan', [faults.none, ...Array(4).fill(faults.throttle)]);
    const start = JSON.stringify({ pass: 'accounts', skipped: [busy] });
    const { next, skipped } = await run(start, 600_000);
    expect(skipped).toBe(0);
    expect(JSON.parse(String(next))).toEqual({ pass: 'rewards', skipped: [busy] });
  });

  test('leaves the others that did to the next run, where this one ends before them', async () => {
    const [first, ...others] = await users(3);
    const store = direct({ ...systemTime, now: () => 0 });
    const start = JSON.stringify({ pass: 'skipped', skipped: [first, ...others] });
    const { next, ...counts } = await reconcile(store(3000), start);
    expect(counts).toEqual({ checked: 1, drifted: 0, skipped: 0, accounts: [] });
    expect(JSON.parse(String(next))).toEqual({ pass: 'skipped', skipped: others });
  });

  test('beside five hundred others is told of at once, so that a result stays small', async () => {
    const [busy] = (await users(1)) as [string];
    const others = Array.from({ length: 500 }, () => randomUUID());
    const { wire, run } = await reconcileOnWire();
    busyAccount(wire, busy, () => true);
    wire.proxy.script('Scan', [faults.none, ...Array(4).fill(faults.throttle)]);
    const start = JSON.stringify({ pass: 'accounts', skipped: others });
    const { next, skipped } = await run(start, 600_000);
    expect(skipped).toBe(1);
    expect(JSON.parse(String(next))).toEqual({ pass: 'rewards', skipped: others });
    expect(logged('error')).toEqual([{ event: 'account_unjudged', user_id: busy }]);
  });
});

describe('a start', () => {
  test('may be the id of a user alone, as it was before there were passes', async () => {
    await users(3);
    const [first] = await scanOrder();
    expect(await reconcile(direct()(), first)).toMatchObject({ checked: 2 });
  });

  test.each(['{', '{}', '{"pass":"lunch","skipped":[]}'])('%s is refused', async (next) =>
    expect(reconcile(direct()(), next)).rejects.toThrow(),
  );
});

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
      changes += 1 + (await unlockDue(store, id)).rewards;
      await setTimeout(25);
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
