/** A user's books are read as they were at one moment. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { readBooks, tallyOf, usersIn } from '../../../../lib/store/reconcile/books.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { account, invoice, payout, reward } from '../../../support/histories.ts';
import { meanwhile, pagesOf } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

const store = (budgetMs = 60_000) => {
  const opened = wire.store(budgetMs);
  return { ...opened, beginUntilMs: opened.deadlineMs };
};

let userId: string;
const key = () => ({
  ...{ user_id: userId, operation_key: 'payout#k', fingerprint: 'f' },
  ...{ answer: '{"id":"p"}', written_by: 'p', expires_at: 9_999_999_999n },
});
const row = (id: string) => reward(userId, id, 'available', 5n);
beforeEach(async () => {
  userId = randomUUID();
  await database.putAll(
    { table: tables.Accounts, items: [account(userId, { lifetime_micro: 10n })] },
    { table: tables.Rewards, items: [row('r1'), row('r2')] },
    { table: tables.Payouts, items: [payout(userId, 'sent', 4n, 'p')] },
    { table: tables.Invoices, items: [invoice(userId, 'i', 'covered', 1n)] },
    { table: tables.IdempotencyKeys, items: [key()] },
  );
});

test('they hold every item whole, by its own id, however many pages it takes', async () => {
  wire.proxy.script('Query', [], pagesOf(1));
  const books = await readBooks(store(), userId);
  expect(books?.account).toEqual(account(userId, { lifetime_micro: 10n }));
  expect(books?.items).toEqual({
    rewards: new Map([
      ['r1', row('r1')],
      ['r2', row('r2')],
    ]),
    payouts: new Map([['p', payout(userId, 'sent', 4n, 'p')]]),
    invoices: new Map([['i', invoice(userId, 'i', 'covered', 1n)]]),
    keys: new Map([['payout#k', key()]]),
  });
  const queries = wire.proxy.log.filter(({ operation }) => operation === 'Query');
  expect(new Set(queries.map(({ request }) => request.ConsistentRead))).toEqual(new Set([true]));
});

test('of nobody are empty', async () => {
  const books = await readBooks(store(), randomUUID());
  expect(books?.account).toBeUndefined();
  expect(Object.values(books?.items ?? {}).map(({ size }) => size)).toEqual([0, 0, 0, 0]);
});

describe('beside changes', () => {
  const reads = () => wire.proxy.operations().filter((name) => name === 'TransactGetItems').length;
  const change = meanwhile('before', async () => {
    const version = ((await database.account(userId))?.version as bigint) + 1n;
    await database.changeAccount(userId, { version });
    await database.putReward(row(`new-${version}`));
  });

  test('they are read again until they held still', async () => {
    wire.proxy.script('Query', [change]);
    const books = await readBooks(store(), userId);
    expect(books?.account).toMatchObject({ version: 2n });
    expect(books?.items.rewards.size).toBe(3);
    expect(reads()).toBe(3);
  });

  test('that never end they are nobody’s to judge', async () => {
    wire.proxy.script('TransactGetItems', [], change);
    expect(await readBooks(store(), userId)).toBeUndefined();
    expect(reads()).toBe(11);
  });
});

test('they add up as reconciliation adds them up', async () => {
  const books = await readBooks(store(), userId);
  expect(books && tallyOf(books.items, Date.now())).toMatchObject({
    ...{ earnedMicro: 10n, pendingMicro: 0n, reservedMicro: 0n, paidOutMicro: 0n, spentMicro: 1n },
    // The payout's id is none, but its key finds it.
    corrupt: [expect.stringMatching(/^payout p: /)],
  });
});

test('everybody is who has an account or any item', async () => {
  const only = { account: randomUUID(), payout: randomUUID(), reward: randomUUID() };
  const others = { invoice: randomUUID(), key: randomUUID() };
  await database.putAll(
    { table: tables.Accounts, items: [account(only.account, {})] },
    { table: tables.Payouts, items: [payout(only.payout, 'sent', 1n)] },
    { table: tables.Rewards, items: [reward(only.reward, 'r', 'reversed', 1n)] },
    { table: tables.Invoices, items: [invoice(others.invoice, 'i', 'open', 1n)] },
    { table: tables.IdempotencyKeys, items: [{ ...key(), user_id: others.key }] },
  );
  wire.proxy.script('Scan', [], pagesOf(1));
  const users = await usersIn(store(Number.POSITIVE_INFINITY));
  for (const id of [...Object.values(only), ...Object.values(others)]) expect(users).toContain(id);
  expect(users).not.toContain(randomUUID());
});
