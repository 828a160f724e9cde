/** What is read again, what is given up, and that no page is missing. */
import { randomUUID } from 'node:crypto';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import {
  findItem,
  getItem,
  getItemBetweenTransactions,
  getItemOnce,
  getItems,
  getItemsThereIsRoomFor,
  queryPages,
  queryRows,
  read,
  scanPages,
} from '../../../../lib/store/dynamodb/read.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { pagesOf, untilTimeIsUp } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

let user_id: string;
beforeEach(() => {
  user_id = randomUUID();
});

describe('a read', () => {
  const error = (name: string) =>
    new DynamoDBServiceException({ name, $fault: 'client', $metadata: {} });
  const lost = new Error('ECONNRESET');
  const last = new Error('fourth');
  const denied = error('AccessDeniedException');

  test.each([
    ['goes on after throttling and lost replies', [error('ThrottlingException'), lost, 'item'], 3],
    ['gives up after four attempts with the last error', [lost, lost, lost, last, 'never'], 4],
    ['does not repeat what can never succeed', [denied, 'never'], 1],
  ])('%s', async (_what, outcomes, calls) => {
    const send = vi.spyOn(wire.connection.client, 'send');
    for (const outcome of outcomes)
      send.mockImplementationOnce(async () => {
        if (outcome instanceof Error) throw outcome;
        return outcome as never;
      });
    const command = new GetCommand({ TableName: tables.Accounts, Key: { user_id } });
    const result = await read(wire.store(10_000), command).catch((thrown) => thrown);
    expect(result).toBe(outcomes[calls - 1]);
    expect(send).toHaveBeenCalledTimes(calls);
  });
});

describe('items together', () => {
  const keysOf = async () => {
    const users = [randomUUID(), randomUUID(), randomUUID()];
    for (const user of users) await database.credit(user, 1n);
    return users.map((user) => ({ user_id: user }));
  };
  const usersIn = (items: Record<string, unknown>[]) => items.map((item) => item.user_id).sort();

  test('are those that are there, consistently, and nothing is asked for none', async () => {
    const keys = await keysOf();
    const items = await getItems(wire.store(), 'Accounts', [...keys, { user_id }]);
    expect(usersIn(items)).toEqual(usersIn(keys));
    expect(await getItems(wire.store(), 'Accounts', [])).toEqual([]);
    const RequestItems = { [tables.Accounts]: { ConsistentRead: true } };
    expect(wire.proxy.log).toMatchObject([{ request: { RequestItems } }]);
  });

  /** As if there were room for the first alone. */
  const roomForOne: Fault = async (exchange) => {
    const { AccountsTable } = exchange.request.RequestItems as Record<string, { Keys: object[] }>;
    const [first, ...Keys] = AccountsTable?.Keys ?? [];
    const RequestItems = { AccountsTable: { ...AccountsTable, Keys: [first] } };
    const { body, ...answer } = await exchange.forward({ ...exchange.request, RequestItems });
    const UnprocessedKeys = Keys.length > 0 ? { AccountsTable: { ...AccountsTable, Keys } } : {};
    exchange.reply({ ...answer, body: JSON.stringify({ ...JSON.parse(body), UnprocessedKeys }) });
  };

  test('for which there is no room are read again, after a pause', async () => {
    const keys = await keysOf();
    wire.proxy.script('BatchGetItem', [], roomForOne);
    expect(usersIn(await getItems(wire.store(10_000), 'Accounts', keys))).toEqual(usersIn(keys));
    expect(wire.proxy.log).toHaveLength(3);
    expect(wire.time.pauses).toHaveLength(2);
  });

  const roomForNone: Fault = async (exchange) => {
    const UnprocessedKeys = exchange.request.RequestItems;
    exchange.reply({ status: 200, body: JSON.stringify({ Responses: {}, UnprocessedKeys }) });
  };

  test('are what comes later, where there was room for none at first', async () => {
    const keys = await keysOf();
    wire.proxy.script('BatchGetItem', [roomForNone]);
    expect(usersIn(await getItems(wire.store(), 'Accounts', keys))).toEqual(usersIn(keys));
  });

  test('are left out by who can do without those for which there is no room', async () => {
    const keys = await keysOf();
    const options = { ConsistentRead: true, ProjectionExpression: 'user_id' };
    wire.proxy.script('BatchGetItem', [roomForOne, roomForNone]);
    const found = () => getItemsThereIsRoomFor(wire.store(), 'Accounts', keys, options);
    expect(await found()).toEqual([keys[0]]);
    expect(await found()).toEqual([]);
    expect(usersIn(await found())).toEqual(usersIn(keys));
    const request = { RequestItems: { [tables.Accounts]: options } };
    expect(wire.proxy.log).toMatchObject(Array(3).fill({ request }));
  });

  test('for which there is none until the deadline are a fault, never an absence', async () => {
    const keys = await keysOf();
    wire.proxy.script('BatchGetItem', [], roomForNone);
    await expect(getItems(wire.store(), 'Accounts', keys)).rejects.toThrow('no room');
  });
});

describe('one item', () => {
  const key = () => ({ user_id });

  test.each([
    ['getItem', getItem],
    ['getItemOnce', getItemOnce],
  ] as const)('is read consistently by %s, or is undefined', async (_name, get) => {
    expect(await get(wire.store(), 'Accounts', key())).toBeUndefined();
    await database.credit(user_id, 5n);
    expect(await get(wire.store(), 'Accounts', key())).toMatchObject({ available_micro: 5n });
    const request = { ConsistentRead: true };
    expect(wire.proxy.log).toMatchObject(Array(2).fill({ operation: 'GetItem', request }));
  });

  test('is read again by getItem, and not by getItemOnce', async () => {
    await database.credit(user_id, 5n);
    wire.proxy.script('GetItem', [faults.failBefore, faults.none, faults.failBefore]);
    expect(await getItem(wire.store(), 'Accounts', key())).toBeDefined();
    await expect(getItemOnce(wire.store(), 'Accounts', key())).rejects.toMatchObject({
      name: 'InternalServerError',
    });
    expect(wire.proxy.log).toHaveLength(3);
  });

  test('is found in its shape, and another shape is reported', async () => {
    const find = (version: v.GenericSchema) =>
      findItem(wire.store(), 'Accounts', key(), v.object({ version }));
    expect(await find(v.bigint())).toBeUndefined();
    await database.credit(user_id, 5n);
    expect(await find(v.bigint())).toEqual({ version: 1n });
    await expect(find(v.string())).rejects.toThrow(new CorruptItemError('AccountsTable: version'));
  });
});

describe('an item between transactions', () => {
  const OPERATION = 'TransactGetItems';
  const get = () => getItemBetweenTransactions(wire.store(14_000), 'Accounts', { user_id });

  test('is read by a transaction, or is undefined', async () => {
    expect(await get()).toBeUndefined();
    await database.credit(user_id, 5n);
    expect(await get()).toEqual(await database.account(user_id));
    expect(wire.proxy.operations()).toEqual([OPERATION, OPERATION]);
  });

  test.each([
    ['a transaction that is writing it, in short steps', faults.conflict, [20, 30]],
    ['what else may pass, in longer ones', faults.throttle, [25, 50]],
    ['a lost reply, just so', faults.loseReply, [25, 50]],
  ])('is read again after %s', async (_what, fault, pauses) => {
    await database.credit(user_id, 5n);
    wire.proxy.script(OPERATION, [fault, fault]);
    expect(await get()).toMatchObject({ available_micro: 5n });
    expect(wire.time.pauses).toEqual(pauses);
  });

  test('is not read again where that can never succeed', async () => {
    wire.proxy.script(OPERATION, [faults.invalid]);
    await expect(get()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(wire.proxy.operations()).toEqual([OPERATION]);
  });

  test('that is being written until the deadline is a fault, never an absence', async () => {
    wire.proxy.script(OPERATION, untilTimeIsUp(wire.time, faults.conflict));
    await expect(get()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  });
});

describe('pages', () => {
  const ids = ['a', 'b', 'c'];
  const query = () => ({
    TableName: tables.Invoices,
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': user_id },
  });
  const queried = (beforeNext?: () => void) =>
    Array.fromAsync(queryPages(wire.store(), query(), beforeNext), (page) =>
      page.map(({ invoice_id }) => invoice_id),
    );
  beforeEach(async () => {
    for (const invoice_id of ids) await database.putInvoice({ user_id, invoice_id });
  });

  test('of a query are all of them, each read again where it fails', async () => {
    expect(await queried()).toEqual([ids]);
    wire.proxy.script('Query', [pagesOf(2), faults.loseReply], pagesOf(2));
    expect(await queried()).toEqual([['a', 'b'], ['c']]);
  });

  test('of rows go on behind one that cannot be read, which is logged by its own id', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue();
    await database.putInvoice({ user_id, invoice_id: 'b', total_micro: 'a lot' });
    wire.proxy.script('Query', [], pagesOf(1));
    const Row = v.object({ invoice_id: v.string(), total_micro: v.optional(v.bigint()) });
    const rows = queryRows(wire.store(), query(), Row, 'invoice_id');
    expect(await Array.fromAsync(rows)).toEqual([{ invoice_id: 'a' }, { invoice_id: 'c' }]);
    const message = 'InvoicesTable: total_micro';
    expect(error.mock.calls).toMatchObject([[{ id: 'b', user_id, message }]]);
  });

  test('may end before the next one, and never before the first', async () => {
    const noMore = () => {
      throw new Error('no more');
    };
    expect(await queried(noMore)).toEqual([ids]);
    wire.proxy.script('Query', [], pagesOf(1));
    const before = wire.proxy.log.length;
    await expect(queried(noMore)).rejects.toThrow('no more');
    expect(wire.proxy.log).toHaveLength(before + 1);
  });

  test('of a scan begin behind a key', async () => {
    wire.proxy.script('Scan', [], pagesOf(1));
    const scan = async (after?: Record<string, unknown>) =>
      (await Array.fromAsync(scanPages(wire.store(), { TableName: tables.Invoices }, after)))
        .flat()
        .map((item) => `${item.user_id} ${item.invoice_id}`);
    const all = await scan();
    expect(all).toEqual(expect.arrayContaining(ids.map((id) => `${user_id} ${id}`)));
    expect(await scan({ user_id, invoice_id: 'b' })).toEqual(
      all.slice(all.indexOf(`${user_id} b`) + 1),
    );
  });
});
