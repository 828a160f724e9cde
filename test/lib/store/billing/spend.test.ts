/** Paying an invoice: the debit and the cover together or not at all, through whatever fails. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknownError } from '../../../../lib/errors.ts';
import { idempotencyKey } from '../../../../lib/idempotency.ts';
import { newId } from '../../../../lib/ids.ts';
import { spendOnInvoice } from '../../../../lib/store/billing/spend.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { keyed, PAST, patienceMs } from '../../../support/samples.ts';
import {
  arrivingLate,
  FAULTS,
  forgetToken,
  reportBalanceAlone,
} from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const TOTAL = 8_000_000n;

const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(async () => {
  userId = randomUUID();
  await database.credit(userId, 20_000_000n);
  await open('inv-1');
});

const open = (invoice_id: string, status = 'open', user_id = userId) =>
  database.putInvoice({ user_id, invoice_id, status, total_micro: TOTAL });
const setBalance = (available_micro: bigint, lifetime_micro = available_micro) =>
  database.changeAccount(userId, { available_micro, lifetime_micro });

const spend = (invoiceId = 'inv-1', amountMicro = TOTAL, key?: string) =>
  spendOnInvoice(
    wire.store(),
    { id: newId(wire.time.now()), userId, invoiceId, amountMicro },
    '{"ok":true}',
    idempotencyKey(keyed(key), 'spend', { invoiceId, amountMicro }),
  );

const books = async () => {
  const account = await database.account(userId);
  const covered = (await database.invoices(userId)).filter(({ status }) => status === 'covered');
  return {
    available: account?.available_micro,
    spent: account?.spent_micro,
    covered: covered.length,
  };
};
const SPENT_ONCE = { available: 12_000_000n, spent: TOTAL, covered: 1 };
const UNTOUCHED = { available: 20_000_000n, spent: 0n, covered: 0 };

test('one transaction covers the invoice and debits the balance', async () => {
  expect(await spend()).toEqual({ body: '{"ok":true}', replayed: false });
  expect(wire.proxy.operations()).toEqual(['TransactWriteItems']);
  expect(await books()).toEqual(SPENT_ONCE);
  expect((await database.invoices(userId))[0]).toMatchObject({
    covered_by: expect.stringMatching(/^[0-9a-f-]{36}$/),
    covered_at: expect.stringMatching(/Z$/),
  });
});

describe('refusals', () => {
  test.each([
    ['an unknown invoice', 'unknown', TOTAL, 'invoice_not_eligible'],
    ['another amount', 'inv-1', TOTAL - 1n, 'amount_mismatch'],
    ['more than is there', 'inv-1', 21_000_000n, 'amount_mismatch'],
  ])('%s', async (_name, id, amount, tag) => {
    await expect(spend(id, amount)).rejects.toMatchObject({ tag });
    expect(await books()).toEqual(UNTOUCHED);
  });

  test.each(['closed', 'covered'])('a %s invoice', async (status) => {
    await open('inv-2', status);
    await expect(spend('inv-2')).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
    expect(await books()).toMatchObject({ available: 20_000_000n, spent: 0n });
  });

  test('a closed invoice whose opening never came', async () => {
    await database.putInvoice({ user_id: userId, invoice_id: 'inv-3', status: 'closed' });
    await expect(spend('inv-3')).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
  });

  test('another user’s invoice looks like an unknown one', async () => {
    await open('theirs', 'open', randomUUID());
    await expect(spend('theirs')).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
  });

  test('a balance that is not there', async () => {
    await setBalance(TOTAL - 1n);
    await expect(spend()).rejects.toMatchObject({ tag: 'balance_insufficient' });
  });

  test('the invoice is looked at before the balance', async () => {
    await setBalance(0n);
    await expect(spend('unknown')).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
    await expect(spend('inv-1', TOTAL - 1n)).rejects.toMatchObject({ tag: 'amount_mismatch' });
  });

  describe('keep their order where DynamoDB reports the balance alone', () => {
    test.each([
      ['an unknown invoice', 'unknown', TOTAL, 'invoice_not_eligible'],
      ['a closed one', 'inv-2', TOTAL, 'invoice_not_eligible'],
      ['another amount', 'inv-1', TOTAL + 1n, 'amount_mismatch'],
      ['one to pay', 'inv-1', TOTAL, 'balance_insufficient'],
    ])('%s', async (_name, id, amount, tag) => {
      await setBalance(0n);
      await open('inv-2', 'closed');
      for (const key of [undefined, 'k1']) {
        wire.proxy.script('TransactWriteItems', [reportBalanceAlone]);
        await expect(spend(id, amount, key)).rejects.toMatchObject({ tag });
      }
    });

    test('and the invoice is read between transactions, which may be writing it', async () => {
      await setBalance(0n);
      wire.proxy.script('TransactWriteItems', [reportBalanceAlone]);
      wire.proxy.script('TransactGetItems', [faults.conflict]);
      await expect(spend()).rejects.toMatchObject({ tag: 'balance_insufficient' });
      expect(wire.proxy.operations()).toEqual([
        'TransactWriteItems',
        'TransactGetItems',
        'TransactGetItems',
      ]);
    });
  });
});

describe('keys', () => {
  test('the same key replays, also when nothing is left', async () => {
    await spend('inv-1', TOTAL, 'k1');
    await setBalance(0n, TOTAL);
    expect(await spend('inv-1', TOTAL, 'k1')).toEqual({ body: '{"ok":true}', replayed: true });
  });

  test('the same key for another invoice is refused', async () => {
    await open('inv-2');
    await spend('inv-1', TOTAL, 'k1');
    await expect(spend('inv-2', TOTAL, 'k1')).rejects.toMatchObject({
      tag: 'idempotency_key_reused',
    });
  });

  test('without a key a repetition finds the invoice covered', async () => {
    await spend();
    await expect(spend()).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('twenty at once under one key spend once and all succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => spend('inv-1', TOTAL, 'k1')),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('twenty at once without keys spend once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => spend()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await books()).toEqual(SPENT_ONCE);
  });
});

test('rewards that are due are unlocked for it', async () => {
  await setBalance(0n);
  await database.grant(userId, [{ reward_id: 'r1', amount_micro: TOTAL, unlocks_at: PAST }]);
  expect(await spend()).toMatchObject({ replayed: false });
  expect(await books()).toEqual({ available: 0n, spent: TOTAL, covered: 1 });
});

describe('faults', () => {
  test.each(FAULTS.applied)(
    '%s: the invoice is read back and the spend accepted',
    async (fault) => {
      await wire.again(patienceMs(fault));
      wire.proxy.script('TransactWriteItems', [faults[fault]]);
      expect(await spend()).toMatchObject({ replayed: false });
      expect(wire.proxy.operations()).toEqual(['TransactWriteItems', 'GetItem']);
      expect(wire.proxy.log[1]?.request).toMatchObject({ ConsistentRead: true });
      expect(await books()).toEqual(SPENT_ONCE);
    },
  );

  test('a spend that DynamoDB no longer knows to be its own is recognized on the invoice', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    wire.proxy.script('GetItem', [], faults.loseReply);
    expect(await spend()).toEqual({ body: '{"ok":true}', replayed: false });
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test.each([...FAULTS.lost, ...FAULTS.notApplied])('%s: sent again, spent once', async (fault) => {
    await wire.again(patienceMs(fault));
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await spend()).toMatchObject({ replayed: false });
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('lost replies for ever: unknown, and a retry with the key tells', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply], faults.loseRequest);
    wire.proxy.script('GetItem', [], faults.loseRequest);
    await expect(spend('inv-1', TOTAL, 'k1')).rejects.toThrow(OutcomeUnknownError);
    wire.proxy.script('TransactWriteItems', []);
    wire.proxy.script('GetItem', []);
    expect(await spend('inv-1', TOTAL, 'k1')).toEqual({ body: '{"ok":true}', replayed: true });
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('after a lost request, an invoice that could still be opened is no definite refusal', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await expect(spend('inv-9')).rejects.toMatchObject({
      name: 'OutcomeUnknownError',
      message: expect.stringMatching(/^[0-9a-f-]{36}: refused after a lost reply$/),
    });
    await open('inv-9');
    await late.arrive();
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('after a lost request, a balance that could still grow is no definite refusal', async () => {
    await setBalance(0n);
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await expect(spend()).rejects.toThrow(OutcomeUnknownError);
    await setBalance(20_000_000n);
    await late.arrive();
    expect(await books()).toEqual(SPENT_ONCE);
  });

  test('after a lost request, another amount is a definite refusal', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(spend('inv-1', TOTAL - 1n)).rejects.toMatchObject({ tag: 'amount_mismatch' });
  });

  test('after a lost request, a covered invoice is a definite refusal', async () => {
    await spend();
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(spend()).rejects.toMatchObject({ tag: 'invoice_not_eligible' });
  });
});
