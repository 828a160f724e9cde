/** The rows of each pass, each with the key to go on behind. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutOfTimeError } from '../../../../lib/store/reconcile/judge-account.ts';
import type { Progress } from '../../../../lib/store/reconcile/progress.ts';
import { rowsOf } from '../../../../lib/store/reconcile/rows.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { account, invoice, payout, putAll, reward } from '../../../support/histories.ts';
import { pagesOf } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

const [withAccount, without] = [randomUUID(), randomUUID()];
const rewards = Array.from({ length: 4 }, (_, at) => reward(without, `r${at}`, 'pending', 1n));
const paid = payout(withAccount, 'cancelled', 1n);

beforeEach(() =>
  putAll(
    wire.connection.client,
    { table: tables.Accounts, items: [account(withAccount, {})] },
    { table: tables.Rewards, items: rewards },
    { table: tables.Payouts, items: [paid] },
    { table: tables.Invoices, items: [invoice(without, 'i', 'open', 1n)] },
  ),
);

const rows = async (
  progress: Omit<Progress, 'skipped'>,
  skipped: string[] = [],
  beginUntilMs = Number.MAX_SAFE_INTEGER,
) => {
  const store = { ...wire.store(60_000), beginUntilMs };
  return Array.fromAsync(rowsOf(store, { ...progress, skipped }), async (row) => ({
    key: row.key,
    verdict: await row.judge?.(),
  }));
};

const missing = { user_id: without, differences: [], corrupt: ['account: missing'] };
const key = (at: number) => ({ user_id: without, reward_id: `r${at}` });

test('every account is a row', async () =>
  expect(await rows({ pass: 'accounts' })).toEqual([
    { key: { user_id: withAccount }, verdict: 'balanced' },
  ]));

test('a user without an account is a row once, and the end of each page is one', async () => {
  expect(await rows({ pass: 'rewards' })).toEqual([
    { key: key(0), verdict: missing },
    { key: key(3), verdict: undefined },
  ]);
  wire.proxy.script('Scan', [], pagesOf(2));
  const ends = (await rows({ pass: 'rewards' })).slice(1);
  expect(ends.map((row) => row.key)).toEqual([key(1), key(3)]);
});

test('a pass goes on behind a key', async () => {
  expect(await rows({ pass: 'rewards', after: key(3) })).toEqual([]);
  expect(await rows({ pass: 'rewards', after: key(1) })).toMatchObject([{ key: key(2) }, {}]);
  expect(await rows({ pass: 'accounts', after: { user_id: withAccount } })).toEqual([]);
});

test('a user who has an account was judged before', async () => {
  const place = { user_id: withAccount, id: paid.id };
  expect(await rows({ pass: 'payouts' })).toEqual([
    { key: place, verdict: undefined },
    { key: place, verdict: undefined },
  ]);
  expect(wire.proxy.operations()).not.toContain('Query');
});

test('of those who have an account nothing but that is read', async () => {
  await rows({ pass: 'payouts' });
  const asked = wire.proxy.log.filter(({ operation }) => operation === 'BatchGetItem');
  expect(asked.map(({ request }) => request.RequestItems)).toEqual([
    { [tables.Accounts]: expect.objectContaining({ ProjectionExpression: 'user_id' }) },
  ]);
});

describe('an account that was not found with others', () => {
  const notFound: Fault = async (exchange) =>
    exchange.reply({ status: 200, body: JSON.stringify({ Responses: { [tables.Accounts]: [] } }) });

  test('is looked for by itself, and was judged before, whatever it says', async () => {
    await putAll(wire.connection.client, {
      table: tables.Accounts,
      items: [account(withAccount, { spent_micro: 1n })],
    });
    wire.proxy.script('BatchGetItem', [notFound]);
    expect((await rows({ pass: 'payouts' })).map(({ verdict }) => verdict)).toEqual([
      undefined,
      undefined,
    ]);
    expect(wire.proxy.operations()).not.toContain('Query');
  });

  test('nor by itself either has come since, and is in order', async () => {
    wire.proxy.script('BatchGetItem', [notFound]);
    wire.proxy.script('GetItem', [async (exchange) => exchange.reply({ status: 200, body: '{}' })]);
    expect((await rows({ pass: 'payouts' }))[0]).toMatchObject({ verdict: 'balanced' });
  });
});

test('an account that many did not clear is not begun from the moment on that nothing is', async () => {
  wire.time.stand();
  wire.proxy.script('BatchGetItem', [], faults.invalid);
  const beginUntilMs = wire.time.now() + 1;
  expect(await rows({ pass: 'accounts' }, [], beginUntilMs)).toMatchObject([
    { verdict: 'balanced' },
  ]);
  wire.time.advance(1);
  await expect(rows({ pass: 'accounts' }, [], beginUntilMs)).rejects.toThrow(OutOfTimeError);
});

test('an open invoice needs no account, so that nobody looks for one', async () => {
  expect(await rows({ pass: 'invoices' })).toHaveLength(1);
  expect(wire.proxy.operations()).not.toContain('GetItem');
});

test('those who were skipped are judged by a new look, in their order', async () =>
  expect(await rows({ pass: 'skipped' }, [without, withAccount])).toEqual([
    { key: { user_id: without }, verdict: missing },
    { key: { user_id: withAccount }, verdict: 'balanced' },
  ]));
