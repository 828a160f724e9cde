/** A user's books are restored whole, beside whatever else happens, or it can be seen. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import type { Payout, PayoutChange } from '../../../../lib/payout.ts';
import { afterReview } from '../../../../lib/settlement/review.ts';
import { applyChange } from '../../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../../lib/store/payouts/apply-transition.ts';
import { evidenceItemOf } from '../../../../lib/store/payouts/chain/evidence-items.ts';
import { judgeAccount } from '../../../../lib/store/reconcile/judge-account.ts';
import { restoreAccount } from '../../../../lib/store/reconcile/restore-account.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { account, invoice, payout, type Rows, reward } from '../../../support/histories.ts';
import { restoreBeside, SUFFIX } from '../../../support/restored-tables.ts';
import { FAULTS, meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

type Item = Record<string, unknown>;

const database = useDatabase();
beforeAll(() => restoreBeside(database.url, readAssembly(inject('assembly')).tables));
const wire = useWire(database);

const backupTables = Object.fromEntries(
  Object.entries(tables).map(([name, table]) => [name, table + SUFFIX]),
) as typeof tables;

const store = (budgetMs = 60_000) => {
  const opened = wire.store(budgetMs);
  return { ...opened, beginUntilMs: opened.deadlineMs };
};
type Options = { apply?: boolean; budgetMs?: number; changes?: PayoutChange[] };
const restore = ({ apply = true, budgetMs, changes = [] }: Options = {}) => {
  const backup = { ...store(), tables: backupTables };
  return restoreAccount(store(budgetMs), userId, { backup, changes, trustItems: false, apply });
};
const transactions = () =>
  wire.proxy.operations().filter((operation) => operation === 'TransactWriteItems').length;
const judge = async () => judgeAccount(store(), userId, await database.account(userId));

let userId: string;
beforeEach(() => {
  userId = randomUUID();
});

/** So many rewards of 2, and a payout; what is named is not live. */
async function backedUp(count: number, lost: ('account' | 'rewards' | 'payouts')[]) {
  const total = BigInt(2 * count);
  const numbers = { lifetime_micro: total, available_micro: total - 1n, reserved_micro: 1n };
  const rewards = Array.from({ length: count }, (_, at) =>
    reward(userId, `r${at}`, 'available', 2n),
  );
  const all = {
    account: { table: tables.Accounts, items: [account(userId, { ...numbers, version: 7n })] },
    rewards: { table: tables.Rewards, items: rewards },
    payouts: { table: tables.Payouts, items: [payout(userId, 'requested', 1n)] },
  } satisfies Record<string, Rows>;
  const beside = Object.values(all).map(({ table, items }) => ({ table: table + SUFFIX, items }));
  const live = Object.entries(all).flatMap(([name, rows]) =>
    (lost as string[]).includes(name) ? [] : [rows],
  );
  await database.putAll(...beside, ...live);
  return all;
}

test('nothing is written without being wanted, nor where nothing is to be done', async () => {
  await backedUp(1, ['account']);
  expect(await restore({ apply: false })).toMatchObject({ result: 'to_restore', reasons: [] });
  expect(await database.account(userId)).toBeUndefined();
  userId = randomUUID();
  await backedUp(1, []);
  expect(await restore()).toMatchObject({ result: 'in_order', reasons: [] });
  expect(transactions()).toBe(0);
});

test('what nothing mends is left alone, and it is told why', async () => {
  const { account: of } = await backedUp(1, ['rewards']);
  await database.putAll({ table: backupTables.Accounts, items: [account(userId, {})] });
  const reasons = [expect.stringMatching(/^the backup does not balance/)];
  expect(await restore()).toMatchObject({
    ...{ result: 'left_alone', reasons },
    ...{ plan: { reasons }, before: of.items[0] },
  });
  expect(transactions()).toBe(0);
});

test('one transaction takes the account and 99 items, and what comes back is marked', async () => {
  const { account: of } = await backedUp(98, ['account', 'rewards', 'payouts']);
  expect(await restore()).toMatchObject({ result: 'restored', before: undefined });
  expect(transactions()).toBe(1);
  const [payouts, restored] = [await database.payouts(userId), await database.account(userId)];
  const mark = restored?.restored_by;
  expect(mark).toEqual(expect.any(String));
  expect(restored).toEqual({
    ...{ ...of.items[0], version: 8n, restored_by: mark },
    ...{ frozen: expect.objectContaining({ by: 'restored' }), freeze_mark: mark },
  });
  expect(payouts).toMatchObject([{ restored_by: mark, marks: [mark] }]);
  expect((await database.rewards(userId))[0]).not.toHaveProperty('restored_by');
});

test('a lost account comes back with all that it had, a damaged one keeps what else it has', async () => {
  const { account: of } = await backedUp(1, ['account']);
  const [was] = of.items;
  const more = { ...was, more: 'then' };
  await database.putAll({ table: backupTables.Accounts, items: [more] });
  await restore();
  expect(await database.account(userId)).toMatchObject({ ...more, version: 8n });
  await database.changeAccount(userId, { available_micro: 'much', more: 'now' });
  await restore();
  expect(await database.account(userId)).toMatchObject({ ...was, version: 9n, more: 'now' });
});

test('a sound account gets nothing from the backup that it has not any more', async () => {
  const { account: of } = await backedUp(1, ['rewards']);
  const items = [{ ...of.items[0], more: 'then' }];
  await database.putAll({ table: backupTables.Accounts, items });
  expect(await restore()).toMatchObject({ result: 'restored' });
  expect(await database.account(userId)).not.toHaveProperty('more');
});

describe('nobody is thawed', () => {
  const frozen = { by: 'bob', at: '2026-02-01T00:00:00.000Z', note: 'stolen' };
  const byRestore = expect.objectContaining({ by: 'restored' });

  test('by losing what was decided, also on an account that balances', async () => {
    const { account: of } = await backedUp(1, []);
    const items = [{ ...of.items[0], frozen, freeze_mark: '1' }];
    await database.putAll({ table: backupTables.Accounts, items });
    expect(await restore()).toMatchObject({ result: 'restored', plan: { freezes: true } });
    expect(await database.account(userId)).toMatchObject({ ...of.items[0], version: 8n, frozen });
    expect(await restore()).toMatchObject({ result: 'in_order' });
  });

  test.each<[string, Item]>([
    ['adds up', {}],
    ['is damaged', { available_micro: 'much' }],
  ])('nor frozen again who was thawed since, on an account that %s', async (_what, damage) => {
    const { account: of } = await backedUp(1, ['rewards']);
    const [was] = of.items;
    const frozenThen = { ...was, frozen, freeze_mark: '1' };
    const live = { ...was, thawed: frozen, freeze_mark: '2', version: 8n };
    await database.putAll(
      { table: backupTables.Accounts, items: [frozenThen] },
      { table: tables.Accounts, items: [{ ...live, ...damage }] },
    );
    expect(await restore()).toMatchObject({ result: 'restored', plan: { freezes: false } });
    const restored = { ...live, version: 9n, restored_by: expect.any(String) };
    expect(await database.account(userId)).toEqual(restored);
  });

  test('also where several transactions are interrupted', async () => {
    await backedUp(250, ['rewards', 'payouts', 'account']);
    wire.proxy.script('TransactWriteItems', [faults.none], faults.invalid);
    await expect(restore()).rejects.toThrow('injected ValidationException');
    expect(await database.account(userId)).toMatchObject({ frozen: byRestore });
    wire.proxy.script('TransactWriteItems', []);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await database.account(userId)).toMatchObject({ frozen: byRestore });
  });
});

describe('a payout that was being paid', () => {
  test('may have attempts that nobody knows of, and is looked at by another before it goes back', async () => {
    const processing = payout(userId, 'processing', 1n);
    const numbers = { lifetime_micro: 1n, reserved_micro: 1n, version: 7n };
    const rest = [
      { table: tables.Accounts, items: [account(userId, numbers)] },
      { table: tables.Rewards, items: [reward(userId, 'r', 'available', 1n)] },
    ];
    const all = [...rest, { table: tables.Payouts, items: [processing] }];
    await database.putAll(...all.map(({ table, items }) => ({ table: table + SUFFIX, items })));
    await database.putAll(...rest);
    expect(await restore()).toMatchObject({ result: 'restored' });
    const change = { by: 'ann', status: 'failed', note: 'x' } as const;
    const key = { user_id: userId, id: String(processing.id) };
    await expect(applyTransition(store(), key, change)).rejects.toMatchObject({
      tag: 'payout_may_be_sent',
    });
    const report = { note: 'nothing there', dead: [] };
    const review = (by: string) =>
      applyChange(store(), key, { after: (is, at) => afterReview(is, report, by, at) });
    const claimant = 'arn:aws:iam::000000000000:user/ann';
    await expect(review(claimant)).rejects.toMatchObject({ tag: 'approval_required' });
    await review('bob');
    expect(await applyTransition(store(), key, change)).toMatchObject({ replayed: false });
    expect(await judge()).toBe('balanced');
  });
});

test('a payout that waits, and may have been paid, is given back only after a look', async () => {
  const { payouts: of } = await backedUp(1, ['payouts']);
  const [was] = of.items;
  const damaged = { ...was, history: 'none', marks: ['1', '2'] };
  await database.putAll({ table: tables.Payouts, items: [damaged] });
  expect(await restore()).toMatchObject({ result: 'restored', reasons: [] });
  const id = String(was?.id);
  const key = { user_id: userId, id };
  const giveBack = () =>
    applyTransition(store(), key, { status: 'failed', by: 'ann', note: 'no gas' });
  await expect(giveBack()).rejects.toMatchObject({ tag: 'payout_may_be_sent' });
  await expect(
    applyTransition(store(), key, { status: 'cancelled', by: 'user' }),
  ).rejects.toMatchObject({ tag: 'payout_not_actionable', details: { status: 'requested' } });
  await applyChange(store(), key, {
    after: (payout, at) => afterReview(payout, { note: 'none left', dead: [] }, 'bob', at),
  });
  expect(await giveBack()).toMatchObject({ payout: { status: 'failed' } });
  expect(await judge()).toBe('balanced');
});

describe('the evidence of a payout that was sent', () => {
  const evidence = { position: 3n, block: 77n, at: '2026-02-02T00:00:00.000Z' };
  let sent: Item;
  let proof: Item;
  const evidenceTable = tables.Evidence;
  const stored = async () => {
    const { transaction, position } = proof;
    const get = { TableName: evidenceTable, Key: { transaction, position }, ConsistentRead: true };
    return (await wire.connection.client.send(new GetCommand(get))).Item;
  };

  /** Books in order, of which the payout and its evidence are live or not. */
  async function given(live: { payout: boolean; evidence: boolean }, of: object = {}) {
    const hash = `0x${randomUUID().replaceAll('-', '').repeat(2)}`;
    sent = { ...payout(userId, 'sent', 1n), tx_hash: hash, evidence, ...of };
    proof = evidenceItemOf({ ...sent, evidence } as never) as Item;
    const numbers = { lifetime_micro: 1n, paid_out_micro: 1n, version: 7n };
    const rest = [
      { table: tables.Accounts, items: [account(userId, numbers)] },
      { table: tables.Rewards, items: [reward(userId, 'r', 'available', 1n)] },
    ];
    const payouts = { table: tables.Payouts, items: [sent] };
    await database.putAll(...rest, ...(live.payout ? [payouts] : []));
    if (live.evidence) await database.putAll({ table: evidenceTable, items: [proof] });
    return [...rest, payouts].map(({ table, items }) => ({ table: table + SUFFIX, items }));
  }

  test('is put back, also into books that are in order, which stay as they are', async () => {
    await given({ payout: true, evidence: false });
    const dry = await restore({ apply: false });
    const plan = { writes: [], balance: undefined, freezes: false };
    expect(dry).toMatchObject({ result: 'to_restore', plan });
    expect(await stored()).toBeUndefined();
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await stored()).toEqual(proof);
    expect(await database.account(userId)).toMatchObject({ version: 7n });
    expect(await database.payouts(userId)).toEqual([sent]);
    expect(await restore()).toMatchObject({ result: 'in_order' });
  });

  test('is put back although a lost item of another kind has the same id', async () => {
    await given({ payout: true, evidence: false });
    const granted = ['r', String(sent.id)].map((id) => reward(userId, id, 'available', 1n));
    const numbers = { lifetime_micro: 2n, paid_out_micro: 1n, available_micro: 1n, version: 7n };
    const items = [account(userId, numbers)];
    await database.putAll(
      { table: tables.Accounts, items },
      { table: backupTables.Accounts, items },
      { table: backupTables.Rewards, items: granted },
      { table: backupTables.Payouts, items: [sent] },
    );
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await database.rewards(userId)).toHaveLength(2);
    expect(await stored()).toEqual(proof);
  });

  test('comes back with the payout in one transaction', async () => {
    await database.putAll(...(await given({ payout: false, evidence: false })));
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(transactions()).toBe(1);
    expect(await stored()).toEqual(proof);
    expect(await database.payouts(userId)).toMatchObject([{ evidence }]);
  });

  test('tells what proves a payout of which only its event is left', async () => {
    const [accounts, rewards] = await given({ payout: false, evidence: true });
    const open = payout(userId, 'processing', 1n, String(sent.id));
    const before = { lifetime_micro: 1n, reserved_micro: 1n, version: 6n };
    await database.putAll(
      { ...(accounts as Rows), items: [account(userId, before)] },
      { ...(rewards as Rows) },
      { table: backupTables.Payouts, items: [open] },
    );
    const { evidence: _, shard: __, queue_key: ___, history: ____, ...told } = sent;
    const changes = [
      {
        payout: told as unknown as Payout,
        previousStatus: 'processing' as const,
        at: '2026-02-03T00:00:00.000Z',
        sequence: 3,
      },
    ];
    expect(await restore({ changes })).toMatchObject({ result: 'restored', reasons: [] });
    expect(await database.payouts(userId)).toMatchObject([{ status: 'sent', evidence }]);
    expect(await stored()).toEqual(proof);
  });

  test('is never that of another payout: then a person has to look', async () => {
    await given({ payout: true, evidence: false });
    const other = { ...proof, payout_id: randomUUID() };
    await database.putAll({ table: evidenceTable, items: [other] });
    expect(await restore()).toMatchObject({
      result: 'left_alone',
      reasons: [`payout ${sent.id} rests on a transfer that is the evidence of ${other.payout_id}`],
    });
    expect(await stored()).toEqual(other);
  });

  test('is not put back either where another payout of the user lacks a transfer', async () => {
    await given({ payout: true, evidence: false });
    const lacking = sent;
    await given({ payout: true, evidence: false });
    await database.putAll({
      table: evidenceTable,
      items: [{ ...proof, payout_id: randomUUID() }],
    });
    const numbers = { lifetime_micro: 2n, paid_out_micro: 2n, version: 7n };
    await database.putAll(
      { table: tables.Accounts, items: [account(userId, numbers)] },
      { table: tables.Rewards, items: [reward(userId, 'r', 'available', 2n)] },
    );
    const evidence = [{ item: { payout_id: lacking.id } }];
    expect(await restore()).toMatchObject({ result: 'left_alone', plan: { evidence } });
    expect(transactions()).toBe(0);
  });

  test('that another payout takes meanwhile stays theirs', async () => {
    await given({ payout: true, evidence: false });
    const other = { ...proof, payout_id: randomUUID() };
    const take = () => database.putAll({ table: evidenceTable, items: [other] });
    wire.proxy.script('TransactWriteItems', [meanwhile('before', take)]);
    expect(await restore()).toMatchObject({ result: 'left_alone' });
    expect(await stored()).toEqual(other);
  });
});

test('a user without an account gets items alone', async () => {
  const items = Array.from({ length: 120 }, (_, at) => invoice(userId, `i${at}`, 'open', 1n));
  await database.putAll({ table: backupTables.Invoices, items });
  expect(await restore()).toMatchObject({ result: 'restored' });
  expect(await database.invoices(userId)).toHaveLength(120);
  expect(await database.account(userId)).toBeUndefined();
});

describe('more than one transaction takes', () => {
  const COUNT = 250;

  test('is begun by taking the numbers of the account away, and ended by giving them back', async () => {
    const { account: of } = await backedUp(COUNT, ['rewards', 'payouts']);
    const versions: unknown[] = [];
    const look = meanwhile('after', async () => {
      const { version, lifetime_micro } = (await database.account(userId)) ?? {};
      versions.push([version, lifetime_micro]);
    });
    wire.proxy.script('TransactWriteItems', [], look);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(versions).toEqual([
      [8n, undefined],
      [9n, undefined],
      [10n, BigInt(2 * COUNT)],
    ]);
    expect(await database.account(userId)).toMatchObject({ ...of.items[0], version: 10n });
    expect(await database.rewards(userId)).toHaveLength(COUNT);
    // Where nobody comes between, there is nothing to look at again.
    expect(wire.time.pauses).toEqual([]);
    expect(await judge()).toBe('balanced');
  });

  test.each([1, 2])('can be interrupted after %i, is seen, and goes on', async (done) => {
    await backedUp(COUNT, ['rewards', 'payouts', 'account']);
    wire.proxy.script('TransactWriteItems', Array(done).fill(faults.none), faults.invalid);
    await expect(restore()).rejects.toThrow('injected ValidationException');
    expect((await database.rewards(userId)).length).toBeGreaterThan(0);
    expect(await database.account(userId)).not.toHaveProperty('lifetime_micro');
    expect(await judge()).toMatchObject({ corrupt: [expect.stringContaining('account: ')] });

    wire.proxy.script('TransactWriteItems', []);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await database.rewards(userId)).toHaveLength(COUNT);
    expect(await judge()).toBe('balanced');
  });

  test('is not mixed with that of another restore', async () => {
    await backedUp(COUNT, ['rewards', 'payouts', 'account']);
    const results = await Promise.all([restore(), restore(), restore()]);
    expect(results.map(({ result }) => result)).toContain('restored');
    expect(results.flatMap(({ reasons }) => reasons)).toEqual([]);
    expect(await judge()).toBe('balanced');
    expect(await database.rewards(userId)).toHaveLength(COUNT);
  });
});

describe('somebody else', () => {
  /** A grant of another reward, as billing's function writes it. */
  const grant = async () => {
    const id = randomUUID();
    await database.grant(userId, [
      { reward_id: id, amount_micro: 5n, unlocks_at: '2099-01-01T00:00:00.000Z' },
    ]);
  };

  test('who writes to the account meanwhile is not overwritten', async () => {
    await backedUp(3, ['rewards']);
    wire.proxy.script('TransactWriteItems', [meanwhile('before', grant)]);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(transactions()).toBe(2);
    expect(await database.account(userId)).toMatchObject({
      pending_micro: 5n,
      lifetime_micro: 11n,
    });
    expect(await judge()).toBe('balanced');
  });

  test('who makes an account where it was lost has what was granted counted', async () => {
    await backedUp(3, ['account']);
    wire.proxy.script('TransactWriteItems', [meanwhile('before', grant)]);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await database.account(userId)).toMatchObject({ lifetime_micro: 11n, version: 8n });
  });

  test('who changes an item that is being replaced wins, and is looked at again', async () => {
    const { payouts } = await backedUp(1, []);
    const { id } = payouts.items[0] as { id: string };
    await database.changePayout(userId, id, { address: 'elsewhere' });
    const again = () => database.changePayout(userId, id, { address: 'still elsewhere' });
    wire.proxy.script('TransactWriteItems', [meanwhile('before', again)]);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(transactions()).toBe(2);
    expect(await database.payouts(userId)).toMatchObject([{ address: payouts.items[0]?.address }]);
  });

  test('who never stops has the user left alone', async () => {
    await backedUp(1, ['rewards']);
    wire.proxy.script('TransactWriteItems', [], meanwhile('before', grant));
    expect(await restore()).toMatchObject({
      result: 'left_alone',
      reasons: ['it keeps changing: stop what writes to it, and repeat this'],
    });
    expect(transactions()).toBe(10);
    wire.proxy.script('TransactGetItems', [], meanwhile('before', grant));
    expect(await restore()).toMatchObject({ result: 'left_alone' });
  });

  test('who writes to the backup makes it none', async () => {
    await backedUp(1, ['rewards']);
    let version = 100n;
    const change: Fault = meanwhile('before', () =>
      database.putAll({
        table: backupTables.Accounts,
        items: [account(userId, { version: version++ })],
      }),
    );
    wire.proxy.script('TransactGetItems', [], change);
    expect(await restore()).toMatchObject({ reasons: ['the backup is being written to'] });
  });

  test('who damages the account after the write is found out', async () => {
    await backedUp(1, ['rewards']);
    // Only reconciliation reads the account so.
    wire.proxy.script('GetItem', [
      meanwhile('before', () => database.changeAccount(userId, { spent_micro: 1n })),
    ]);
    expect(await restore()).toMatchObject({
      result: 'left_alone',
      reasons: [expect.stringMatching(/^it was written, and does not balance: spent_micro is 1/)],
    });
  });

  test('who writes under every look after the write leaves it open whether it balances', async () => {
    await backedUp(1, ['rewards']);
    wire.proxy.script('GetItem', [], meanwhile('before', grant));
    expect(await restore()).toMatchObject({
      result: 'left_alone',
      reasons: ['it was written, and does not balance: it keeps changing'],
    });
  });
});

describe('a lost reply', () => {
  test.each([...FAULTS.applied, ...FAULTS.lost, ...FAULTS.notApplied])('%s', async (fault) => {
    await wire.again(/^(hang|stall)/.test(fault) ? 300 : undefined);
    await backedUp(3, ['rewards', 'account']);
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await restore()).toMatchObject({ result: 'restored' });
    expect(await database.account(userId)).toMatchObject({ lifetime_micro: 6n, version: 8n });
    expect(await judge()).toBe('balanced');
  });

  test('that never comes is an error, and repeating it tells', async () => {
    await backedUp(3, ['rewards', 'account']);
    wire.proxy.script('TransactWriteItems', [], faults.loseReply);
    await expect(restore({ budgetMs: 3000 })).rejects.toMatchObject({
      name: 'OutcomeUnknownError',
    });
    wire.proxy.script('TransactWriteItems', []);
    expect(await restore()).toMatchObject({ result: 'in_order' });
    expect(await judge()).toBe('balanced');
  });
});
