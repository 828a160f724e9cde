/** A request of a payout: the amount is reserved and the payout there, once or not at all. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { idempotencyKey } from '../../../../lib/idempotency.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout } from '../../../../lib/payout.ts';
import { payoutItem } from '../../../../lib/store/payouts/payout-items.ts';
import { acceptedBefore, requestPayout } from '../../../../lib/store/payouts/request.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { keyed, PAYOUT_REQUEST, patienceMs } from '../../../support/samples.ts';
import {
  arrivingLate,
  FAULTS,
  forgetToken,
  untilTimeIsUp,
} from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(async () => {
  userId = randomUUID();
  await database.credit(userId, 40_000_000n);
});

const newOne = (amount_micro: bigint = PAYOUT_REQUEST.amount_micro) =>
  newPayout(userId, { ...PAYOUT_REQUEST, amount_micro }, 1n, wire.time.now());
const ask = (payout = newOne()) =>
  requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
const askWithKey = (payout = newOne()) => {
  const key = idempotencyKey(keyed('k1'), 'payout', { amount: payout.amount_micro });
  return requestPayout(wire.store(), payout, stringifyJson(payout), key);
};

/** The books of the user: what the account says and what the payouts add up to. */
const books = async () => {
  const account = await database.account(userId);
  return {
    available: account?.available_micro,
    reserved: account?.reserved_micro,
    payouts: (await database.payouts(userId)).length,
  };
};
const UNTOUCHED = { available: 40_000_000n, reserved: 0n, payouts: 0 };
const PAID_ONCE = { available: 15_000_000n, reserved: 25_000_000n, payouts: 1 };

test('one round trip writes the payout', async () => {
  const payout = newOne();
  expect(await ask(payout)).toEqual({ body: stringifyJson(payout), replayed: false });
  expect(wire.proxy.operations()).toEqual(['TransactWriteItems']);
  expect(await database.payouts(userId)).toEqual([payoutItem(payout)]);
  expect(await books()).toEqual(PAID_ONCE);
});

test('one round trip refuses what is not there', async () => {
  await expect(ask(newOne(40_000_001n))).rejects.toMatchObject({ tag: 'balance_insufficient' });
  expect(wire.proxy.operations()).toEqual(['TransactWriteItems']);
  expect(await books()).toEqual(UNTOUCHED);
});

test('a key replays, and is not for another request', async () => {
  const first = await askWithKey();
  expect(await askWithKey()).toEqual({ body: first.body, replayed: true });
  await expect(askWithKey(newOne(1n))).rejects.toMatchObject({ tag: 'idempotency_key_reused' });
  expect(await books()).toEqual(PAID_ONCE);
});

test('a key replays when the payout can be seen, however long its transaction takes', async () => {
  const { body } = await askWithKey();
  wire.proxy.log.length = 0;
  wire.proxy.script('TransactGetItems', [faults.conflict, faults.conflict]);
  expect(await askWithKey()).toEqual({ body, replayed: true });
  expect(wire.proxy.operations()).toEqual([
    'TransactWriteItems',
    ...Array(3).fill('TransactGetItems'),
  ]);
  expect(wire.time.pauses[0], 'that of a conflict').toBe(20);
  const { id } = JSON.parse(body);
  const get = {
    Get: { TableName: 'PayoutsTable', Key: { user_id: { S: userId }, id: { S: id } } },
  };
  expect(wire.proxy.log.at(-1)?.request).toMatchObject({ TransactItems: [get] });
});

describe.each([...FAULTS.applied, ...FAULTS.lost, ...FAULTS.notApplied])('%s', (fault) => {
  beforeEach(() => wire.again(patienceMs(fault)));

  test('once is not noticed', async () => {
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect((await ask()).replayed).toBe(false);
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('until the deadline is no definite answer, and a retry with the key finishes it', async () => {
    const asked = newOne();
    wire.proxy.script('TransactWriteItems', untilTimeIsUp(wire.time, faults[fault]));
    wire.proxy.script('GetItem', [], faults.loseRequest);
    const thrown = await askWithKey(asked).catch((error) => error);
    const isKnown = FAULTS.notApplied.some((name) => name === fault);
    expect(thrown).toEqual(
      isKnown
        ? new Error('DynamoDB accepted no write in time')
        : new OutcomeUnknownError(`${asked.id}: no answer in time`),
    );
    wire.proxy.script('TransactWriteItems', []);
    wire.proxy.script('GetItem', []);
    const wasWritten = FAULTS.applied.some((name) => name === fault);
    expect(await books()).toEqual(wasWritten ? PAID_ONCE : UNTOUCHED);
    expect((await askWithKey()).replayed).toBe(wasWritten);
    expect(await books()).toEqual(PAID_ONCE);
  });
});

test('a write whose reply is lost is read back, and not sent again', async () => {
  wire.proxy.script('TransactWriteItems', [faults.loseReply]);
  await ask();
  expect(wire.proxy.operations()).toEqual(['TransactWriteItems', 'GetItem']);
});

describe('a refusal after a lost request', () => {
  test('is not reported as definite, because the lost request may still arrive', async () => {
    const late = arrivingLate();
    const payout = newOne(45_000_000n);
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await expect(ask(payout)).rejects.toThrow(
      new OutcomeUnknownError(`${payout.id}: refused after a lost reply`),
    );
    await database.credit(userId, 50_000_000n);
    await late.arrive();
    expect(await books()).toEqual({ available: 5_000_000n, reserved: 45_000_000n, payouts: 1 });
  });

  test('is definite when another request holds the key, which bars the lost one for good', async () => {
    const first = await askWithKey();
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    expect(await askWithKey()).toEqual({ body: first.body, replayed: true });
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(askWithKey(newOne(1n))).rejects.toMatchObject({ tag: 'idempotency_key_reused' });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('is none where the payout is there that DynamoDB no longer knows to be of this request', async () => {
    const payout = newOne();
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    wire.proxy.script('GetItem', [], faults.loseReply);
    expect(await ask(payout)).toEqual({ body: stringifyJson(payout), replayed: false });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('a request that arrives after its own retry changes nothing', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await ask();
    await late.arrive();
    expect(await books()).toEqual(PAID_ONCE);
  });
});

describe('what is refused now', () => {
  const refusal = new ApiError('payout_below_min', { min_payout_micro: 50_000_000n });
  const { amount_micro: amount } = PAYOUT_REQUEST;
  const key = () => idempotencyKey(keyed('k1'), 'payout', { amount });
  const refuse = (under: ReturnType<typeof key>, why: Error = refusal) =>
    acceptedBefore(wire.store(), userId, under, why);

  test('and was accepted under its key before, gets that again', async () => {
    const { body } = await askWithKey();
    expect(await refuse(key())).toEqual({ body, replayed: true });
    expect(await books()).toEqual(PAID_ONCE);
  });

  test('without a key, or for no reason that is the caller’s, asks for nothing before', async () => {
    await expect(refuse(undefined)).rejects.toBe(refusal);
    const fault = new Error('a fault');
    await expect(refuse(key(), fault)).rejects.toBe(fault);
    expect(wire.proxy.log).toEqual([]);
  });
});

test('a refusal by a raised minimum says it to an earlier request under its key as well', async () => {
  const payout = newOne();
  const keyAt = (requestedMs: number) =>
    idempotencyKey(keyed('k1', requestedMs), 'payout', { amount: payout.amount_micro });
  const refusal = new ApiError('payout_below_min', { min_payout_micro: 50_000_000n });
  await expect(acceptedBefore(wire.store(), userId, keyAt(2000), refusal)).rejects.toBe(refusal);
  await expect(
    requestPayout(wire.store(), payout, stringifyJson(payout), keyAt(1000)),
  ).rejects.toMatchObject({ tag: refusal.tag, details: refusal.details });
  expect(await books()).toEqual(UNTOUCHED);
});

test('a new payout whose id is taken already is corruption, and nothing of it is written', async () => {
  const payout = newOne();
  await database.putPayout({ ...payoutItem(payout), amount_micro: 1n });
  await expect(ask(payout)).rejects.toThrow(
    new CorruptItemError('PayoutsTable: the new id is taken'),
  );
  expect(await books()).toEqual({ ...UNTOUCHED, payouts: 1 });
});
