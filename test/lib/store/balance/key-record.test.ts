/** What a stored key says to a later request. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError } from '../../../../lib/errors.ts';
import { earlierAnswer, keyPart } from '../../../../lib/store/balance/key-record.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const KEY = { operationKey: 'payout#abc', fingerprint: 'same' };
const TOKEN = 'this request';

let database: Database;
let wire: Wire;
let userId: string;
let now: number;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
  now = wire.time.now();
  wire.time.now = () => now;
  userId = randomUUID();
});

const record = (more: object = {}) => ({
  fingerprint: KEY.fingerprint,
  answer: '{"ok":true}',
  written_by: 'an earlier request',
  expires_at: BigInt(Math.floor(now / 1000) + 1),
  ...more,
});
const put = (item: object) =>
  wire.db.client.send(
    new PutCommand({
      TableName: database.tables.IDEMPOTENCY_KEYS_TABLE,
      Item: { user_id: userId, operation_key: KEY.operationKey, ...item },
    }),
  );
const ask = (met?: unknown, key: typeof KEY | undefined = KEY) =>
  earlierAnswer(
    wire.db,
    database.tables.IDEMPOTENCY_KEYS_TABLE,
    userId,
    key,
    { met, token: TOKEN },
    now + 10_000,
  );

test('the write claims a key that is free or has expired, for 24 hours', () =>
  expect(keyPart('keys', userId, KEY, { answer: '{}', token: TOKEN, nowMs: 1_999 })).toEqual({
    Put: {
      TableName: 'keys',
      Item: {
        user_id: userId,
        operation_key: 'payout#abc',
        fingerprint: 'same',
        answer: '{}',
        written_by: TOKEN,
        expires_at: 86_401,
      },
      ConditionExpression: 'attribute_not_exists(user_id) OR expires_at <= :now',
      ExpressionAttributeValues: { ':now': 1 },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  }));

describe('the answer to an earlier request', () => {
  test('is that of the record that the transaction met, without another look', async () => {
    expect(await ask(record())).toEqual({ body: '{"ok":true}', replayed: true });
    expect(wire.proxy.log).toEqual([]);
  });

  test('is else read, consistently', async () => {
    await put(record());
    wire.proxy.log.length = 0;
    expect(await ask()).toEqual({ body: '{"ok":true}', replayed: true });
    expect(wire.proxy.log).toMatchObject([
      { operation: 'GetItem', request: { ConsistentRead: true } },
    ]);
  });

  test('is no replay where this very request wrote it', async () =>
    expect(await ask(record({ written_by: TOKEN }))).toEqual({
      body: '{"ok":true}',
      replayed: false,
    }));

  test('is none where nobody used the key', async () => expect(await ask()).toBeUndefined());

  test('is none, and nothing is read, without a key', async () => {
    const tables = database.tables.IDEMPOTENCY_KEYS_TABLE;
    const met = { met: undefined, token: TOKEN };
    expect(
      await earlierAnswer(wire.db, tables, userId, undefined, met, now + 10_000),
    ).toBeUndefined();
    expect(wire.proxy.log).toEqual([]);
  });

  test('is gone from the very millisecond of its expiry', async () => {
    const expires_at = BigInt(Math.floor(now / 1000));
    now = Number(expires_at) * 1000 - 1;
    expect(await ask(record({ expires_at }))).toBeDefined();
    now++;
    expect(await ask(record({ expires_at }))).toBeUndefined();
  });

  test('is not for another request', async () =>
    expect(ask(record({ fingerprint: 'other' }))).rejects.toEqual(
      new ApiError('idempotency_key_reused'),
    ));

  test('is never guessed from a corrupt record', async () =>
    expect(ask({ ...record(), answer: 5n })).rejects.toThrow(
      new CorruptItemError('IdempotencyKeysTable: answer'),
    ));
});
