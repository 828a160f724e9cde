/** What a stored key says to a later request. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError } from '../../../../lib/errors.ts';
import { earlierResult, keyPart } from '../../../../lib/store/balance/key-record.ts';
import type { Item } from '../../../../lib/store/dynamodb/read.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { useWire } from '../../../support/wire.ts';

const KEY = { operationKey: 'payout#abc', fingerprint: 'same' };
const TOKEN = 'this request';

const wire = useWire(useDatabase());

let userId: string;
let now: number;

beforeEach(() => {
  now = wire.time.now();
  wire.time.now = () => now;
  userId = randomUUID();
});

const record = (more: Item = {}): Item => ({
  fingerprint: KEY.fingerprint,
  answer: '{"ok":true}',
  written_by: 'an earlier request',
  expires_at: BigInt(Math.floor(now / 1000) + 1),
  ...more,
});
const put = (item: Item) => {
  const Item = { user_id: userId, operation_key: KEY.operationKey, ...item };
  return wire.connection.client.send(new PutCommand({ TableName: tables.IdempotencyKeys, Item }));
};
const ask = (met?: Item) => earlierResult(wire.store(), userId, KEY, { met, token: TOKEN });

test('the write claims a key that is free or has expired, for 24 hours', () =>
  expect(keyPart('keys', userId, KEY, { body: '{}', token: TOKEN, nowMs: 1_999 })).toEqual({
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

describe('the result of an earlier request', () => {
  test('is that of the record that the transaction met, without another look', async () => {
    expect(await ask(record())).toEqual({ body: '{"ok":true}', replayed: true });
    expect(wire.proxy.log).toEqual([]);
  });

  test('is else read, consistently', async () => {
    await put(record());
    wire.proxy.log.length = 0;
    expect(await ask()).toEqual({ body: '{"ok":true}', replayed: true });
    const request = { ConsistentRead: true };
    expect(wire.proxy.log).toMatchObject([{ operation: 'GetItem', request }]);
  });

  test('is no replay where this very request wrote it', async () =>
    expect(await ask(record({ written_by: TOKEN }))).toEqual({
      body: '{"ok":true}',
      replayed: false,
    }));

  test('is none where nobody used the key', async () => expect(await ask()).toBeUndefined());

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
    expect(ask(record({ answer: 5n }))).rejects.toThrow(
      new CorruptItemError('IdempotencyKeysTable: answer'),
    ));
});
