/**
 * What each outcome of a transaction is taken for, with faults between the SDK and the database.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OutcomeUnknownError } from '../../../../lib/errors.ts';
import { newId } from '../../../../lib/ids.ts';
import { getItemOnce } from '../../../../lib/store/dynamodb/read.ts';
import { commit, logAccountWrite } from '../../../../lib/store/dynamodb/transaction.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { patienceMs } from '../../../support/samples.ts';
import {
  arrivingLate,
  FAULTS,
  forgetToken,
  untilTimeIsUp,
} from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

let user_id: string;
let token: string;

beforeEach(async () => {
  user_id = randomUUID();
  token = newId(wire.time.now());
  await database.credit(user_id, 100n);
});

/** With so much time no pause is the shorter for what is left of it. */
const LONG_MS = 14_000;

const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

/** Takes an amount from the account and puts an invoice under the transaction's token. */
const write = (amountMicro = 25n, budgetMs?: number) => {
  const store = wire.store(budgetMs);
  const key = { user_id, invoice_id: token };
  const account = {
    TableName: tables.Accounts,
    Key: { user_id },
    UpdateExpression: 'SET available_micro = available_micro - :amount',
    ConditionExpression: 'available_micro >= :amount',
    ExpressionAttributeValues: { ':amount': amountMicro },
    ...ALL_OLD,
  };
  const invoice = {
    TableName: tables.Invoices,
    Item: { ...key, total_micro: amountMicro },
    ConditionExpression: 'attribute_not_exists(user_id)',
    ...ALL_OLD,
  };
  return commit(store, {
    token,
    parts: { account: { Update: account }, invoice: { Put: invoice } },
    wasApplied: async () =>
      (await getItemOnce(store, 'Invoices', key))?.total_micro === amountMicro,
  });
};

const expectWritten = async (times: 0 | 1) => {
  expect(await database.account(user_id)).toMatchObject({ available_micro: times ? 75n : 100n });
  expect(await database.invoices(user_id)).toHaveLength(times);
};
const transactions = () =>
  wire.proxy.log.filter(({ operation }) => operation === 'TransactWriteItems');
const [TRANSACTION, READ_BACK] = ['TransactWriteItems', 'GetItem'];

/** Told with the token, by which an operator can look for what became of it. */
const unknown = (what: string, more: object = {}) =>
  expect.objectContaining({ name: 'OutcomeUnknownError', message: `${token}: ${what}`, ...more });

test('it is applied with one call, which carries the token', async () => {
  expect(await write()).toEqual({ applied: true });
  expect(wire.proxy.log).toMatchObject([
    { operation: TRANSACTION, request: { ClientRequestToken: token } },
  ]);
  await expectWritten(1);
});

test('under its token it is applied once, however often it is sent', async () => {
  await write();
  expect(await write()).toEqual({ applied: true });
  await expectWritten(1);
});

describe('the log says what was written to an account', () => {
  const lines = () => vi.mocked(console.info).mock.calls.map(([line]) => line);
  beforeEach(() => void vi.spyOn(console, 'info').mockReturnValue());
  afterEach(() => vi.restoreAllMocks());

  const line = (outcome: 'applied' | 'unknown') => ({
    event: 'account_changed',
    user_id,
    change: 'SET available_micro = available_micro - 25',
    outcome,
  });

  test('once it is, also when that is known only by reading it back', async () => {
    await write();
    expect(lines()).toEqual([line('applied')]);
    token = newId(wire.time.now());
    wire.proxy.script(TRANSACTION, [faults.loseReply]);
    await write();
    expect(lines()).toEqual([line('applied'), line('applied')]);
  });

  test('by the names of attributes that stand for others', () => {
    logAccountWrite(
      {
        Update: {
          TableName: 'any',
          Key: { user_id },
          UpdateExpression: 'SET #set0 = :set0, #set10 = :set10',
          ExpressionAttributeNames: { '#set0': 'version', '#set10': 'spent_micro' },
          ExpressionAttributeValues: { ':set0': 9n, ':set10': 0n },
        },
      },
      'applied',
    );
    const change = 'SET version = 9, spent_micro = 0';
    expect(lines()).toEqual([{ ...line('applied'), change }]);
  });

  test('of what is more than a word or a number only that it was there', () => {
    const update = {
      TableName: 'any',
      Key: { user_id },
      UpdateExpression: 'SET note = :note, kind = :kind',
      ExpressionAttributeValues: { ':note': { by: 'somebody' }, ':kind': 'user' },
    };
    logAccountWrite({ Update: update }, 'applied');
    logAccountWrite({ Update: { ...update, UpdateExpression: undefined } }, 'applied');
    expect(lines()).toEqual([
      { ...line('applied'), change: 'SET note = {…}, kind = user' },
      { ...line('applied'), change: '' },
    ]);
  });

  test('and what may have been, while what was refused for sure is none', async () => {
    await write(101n);
    expect(lines()).toEqual([]);
    wire.proxy.script(TRANSACTION, [], faults.failBefore);
    await expect(write(25n, 1)).rejects.toEqual(unknown('no answer in time'));
    expect(lines()).toEqual([line('unknown')]);
  });

  test('also where a later send was refused, and not where DynamoDB called it wrong', async () => {
    wire.proxy.script(TRANSACTION, [faults.invalid, faults.loseRequest]);
    await expect(write()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(lines()).toEqual([]);
    expect(await write(101n)).toMatchObject({ applied: false, inDoubt: true });
    const change = 'SET available_micro = available_micro - 101';
    expect(lines()).toEqual([{ ...line('unknown'), change }]);
  });
});

describe('a refusal', () => {
  test('names the part, with the item that its condition met', async () => {
    expect(await write(101n)).toEqual({
      applied: false,
      refused: { account: await database.account(user_id) },
      inDoubt: false,
    });
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
    await expectWritten(0);
  });

  test('names every part, and an empty item where there is none', async () => {
    const taken = { user_id, invoice_id: token, total_micro: 9_007_199_254_740_993n };
    await database.putInvoice(taken);
    expect(await write(101n)).toMatchObject({
      refused: { account: { available_micro: 100n }, invoice: taken },
    });
    user_id = randomUUID();
    expect(await write()).toEqual({ applied: false, refused: { account: {} }, inDoubt: false });
  });

  test('after a conflict is definite', async () => {
    wire.proxy.script('TransactWriteItems', [faults.conflict]);
    expect(await write(101n)).toMatchObject({ applied: false, inDoubt: false });
  });

  test('after a lost request is in doubt, since that one may still arrive', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    expect(await write(101n)).toMatchObject({ refused: { account: {} }, inDoubt: true });
    await database.credit(user_id, 176n);
    await late.arrive();
    expect(await database.account(user_id)).toMatchObject({ available_micro: 75n });
  });

  test('of what was applied, and whose token DynamoDB has forgotten, is none', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    wire.proxy.script('GetItem', [faults.loseReply]);
    expect(await write()).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, READ_BACK, TRANSACTION, READ_BACK]);
    await expectWritten(1);
  });
});

describe.each(FAULTS.applied)('after %s', (fault) => {
  beforeEach(() => wire.again(patienceMs(fault)));

  test('it is read back and not sent again', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await write()).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, READ_BACK]);
    expect(wire.proxy.log[1]?.request).toMatchObject({ ConsistentRead: true });
    await expectWritten(1);
  });

  test('and a lost read-back it is sent again, and applied once', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    wire.proxy.script('GetItem', [faults.loseReply]);
    expect(await write()).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, READ_BACK, TRANSACTION]);
    await expectWritten(1);
  });

  test('and no read-back before the deadline its outcome is unknown', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault]], faults.loseRequest);
    wire.proxy.script('GetItem', [], faults.loseRequest);
    await expect(write()).rejects.toThrow(unknown('no answer in time'));
    await expectWritten(1);
  });
});

describe.each(FAULTS.lost)('after %s', (fault) => {
  beforeEach(() => wire.again(patienceMs(fault)));

  test('the very same transaction is sent again', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await write()).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, READ_BACK, TRANSACTION]);
    const [first, second] = transactions();
    expect(second).toEqual(first);
    await expectWritten(1);
  });

  test('until the deadline its outcome is unknown', async () => {
    wire.proxy.script(TRANSACTION, untilTimeIsUp(wire.time, faults[fault]));
    await expect(write()).rejects.toThrow(OutcomeUnknownError);
    await expectWritten(0);
  });
});

describe.each(FAULTS.notApplied)('after %s', (fault) => {
  test('it is sent again under the same token, after a pause, and not read back', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault], faults[fault]]);
    expect(await write(25n, LONG_MS)).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual(Array(3).fill(TRANSACTION));
    expect(transactions().map(({ request }) => request.ClientRequestToken)).toEqual(
      Array(3).fill(token),
    );
    expect(wire.time.pauses).toEqual(fault === 'conflict' ? [20, 30] : [25, 50]);
    await expectWritten(1);
  });

  test('until the deadline it is a fault, never a definite no', async () => {
    wire.proxy.script(TRANSACTION, untilTimeIsUp(wire.time, faults[fault]));
    await expect(write()).rejects.toThrow('DynamoDB accepted no write in time');
    expect(wire.proxy.operations()).toEqual(Array(3).fill(TRANSACTION));
    await expectWritten(0);
  });

  test('that follows a lost reply it is read back before it is sent again', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, faults[fault]]);
    wire.proxy.script('GetItem', [faults.failBefore]);
    expect(await write()).toEqual({ applied: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, READ_BACK, TRANSACTION, READ_BACK]);
  });
});

describe('a transaction that DynamoDB calls wrong', () => {
  test('is a fault at once', async () => {
    wire.proxy.script('TransactWriteItems', [faults.invalid]);
    await expect(write()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
  });

  test('after a lost request leaves the outcome unknown', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseRequest, faults.invalid]);
    const cause = expect.objectContaining({ name: 'ValidationException' });
    await expect(write()).rejects.toEqual(unknown('refused after a lost reply', { cause }));
  });
});

test('without any time it is still sent once', async () => {
  wire.proxy.script('TransactWriteItems', [faults.conflict]);
  await expect(write(25n, 20)).rejects.toThrow('accepted no write in time');
  expect(wire.proxy.operations()).toEqual([TRANSACTION]);
});

test('a retry is logged with its number and its reason', async () => {
  wire.proxy.script('TransactWriteItems', [faults.throttle, faults.loseRequest]);
  await write();
  const [throttled, lost] = vi.mocked(console.warn).mock.calls.map(([line]) => line);
  expect(throttled).toEqual({
    event: 'retrying',
    attempt: 1,
    failure: 'not_applied',
    error: 'ProvisionedThroughputExceededException',
  });
  expect(lost).toMatchObject({ event: 'retrying', attempt: 2, failure: 'unknown' });
});
