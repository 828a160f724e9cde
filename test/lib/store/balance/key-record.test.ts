/** What a stored key says to a later request. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { keyPart, readRecord, recordRefusal } from '../../../../lib/store/balance/key-record.ts';
import type { Item } from '../../../../lib/store/dynamodb/read.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { FUTURE } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const KEY = { operationKey: 'payout#abc', fingerprint: 'same', requestedMs: 1000 };
const ID = 'this request';

const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(() => {
  userId = randomUUID();
});

const RESPONSE = {
  fingerprint: KEY.fingerprint,
  answer: '{"ok":true}',
  written_by: 'an earlier request',
  expires_at: 9_999_999_999n,
};
const REFUSAL = {
  fingerprint: KEY.fingerprint,
  refused_at: 1000n,
  refusal: 'balance_insufficient',
  expires_at: 9_999_999_999n,
};
const put = (item: Item) => {
  const Item = { user_id: userId, operation_key: KEY.operationKey, ...item };
  return wire.connection.client.send(new PutCommand({ TableName: tables.IdempotencyKeys, Item }));
};
const read = (item: Item) => readRecord(wire.store(), KEY, item, ID);

describe('the write', () => {
  const store = () => ({ ...wire.store(), nowMs: 300_000 });

  test('claims a key that is free or has expired, for 24 hours and what an answer takes', () =>
    expect(keyPart(store(), userId, KEY, { body: '{}', id: ID })).toStrictEqual({
      Put: {
        TableName: 'IdempotencyKeysTable',
        Item: {
          user_id: userId,
          operation_key: 'payout#abc',
          fingerprint: 'same',
          answer: '{}',
          written_by: ID,
          expires_at: 1 + 86_400 + 900,
        },
        ConditionExpression: 'attribute_not_exists(user_id) OR expires_at <= :now',
        ExpressionAttributeValues: { ':now': 1 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    }));

  test('is kept for 24 hours to the millisecond, or the rest of a second longer', () =>
    expect(
      keyPart(store(), userId, { ...KEY, requestedMs: 1001 }, { body: '{}', id: ID }),
    ).toMatchObject({
      Put: { Item: { expires_at: 2 + 86_400 + 900 }, ExpressionAttributeValues: { ':now': 1 } },
    }));

  test('takes the place of the very refusal that the request came after', () =>
    expect(keyPart(store(), userId, KEY, { body: '{}', id: ID, afterRefusal: 7n })).toMatchObject({
      Put: {
        ConditionExpression:
          'attribute_not_exists(user_id) OR expires_at <= :now OR refused_at = :refused',
        ExpressionAttributeValues: { ':refused': 7n },
      },
    }));
});

describe('a record of a response', () => {
  test('is a replay, unless this very request wrote it', () => {
    expect(read(RESPONSE)).toEqual({ result: { body: '{"ok":true}', replayed: true } });
    expect(read({ ...RESPONSE, written_by: ID })).toEqual({
      result: { body: '{"ok":true}', replayed: false },
    });
  });

  test('is not for another request', () =>
    expect(() => read({ ...RESPONSE, fingerprint: 'other' })).toThrow(
      new ApiError('idempotency_key_reused'),
    ));

  test('says all that it said the first time', () => {
    const limit = { limit_micro: 5n, remaining_micro: 0n, resets_at: FUTURE };
    const item = { ...REFUSAL, refusal: 'payout_limit_exceeded', details: limit };
    expect(() => read(item)).toThrow(expect.objectContaining({ details: limit }));
  });

  test('is never guessed from a corrupt one', () =>
    expect(() => read({ ...RESPONSE, answer: 5n })).toThrow(
      new CorruptItemError('IdempotencyKeysTable: answer'),
    ));
});

describe('a record of a refusal', () => {
  test('is nothing to a request that came after it', () =>
    expect(read({ ...REFUSAL, refused_at: 999n })).toEqual({ afterRefusal: 999n }));

  test('is nothing to it also where newer code refused for a reason unknown here', () =>
    expect(read({ ...REFUSAL, refused_at: 999n, refusal: 'of_tomorrow' })).toEqual({
      afterRefusal: 999n,
    }));

  test('is final for one that came before it, or with it', () => {
    expect(() => read(REFUSAL)).toThrow(new ApiError('balance_insufficient'));
    expect(() => read({ ...REFUSAL, fingerprint: 'other' })).toThrow(
      new OutcomeUnknownError(`${ID}: another request with this key was refused meanwhile`),
    );
  });

  test('is never guessed from a corrupt one', () =>
    expect(() => read({ ...REFUSAL, refusal: 'no such tag' })).toThrow(
      new CorruptItemError('IdempotencyKeysTable: refusal'),
    ));
});

const REFUSED = new ApiError('balance_insufficient');

describe('recording a refusal', () => {
  const record = (requestedMs = 1000, refused = REFUSED) =>
    recordRefusal(wire.store(), userId, { ...KEY, requestedMs }, refused, ID);

  test('leaves it under the key, for an hour', async () => {
    expect(await record()).toBeUndefined();
    expect(await database.keys(userId)).toMatchObject([
      { refused_at: 1000n, refusal: 'balance_insufficient', expires_at: 3601n },
    ]);
    expect((await database.keys(userId))[0]).not.toHaveProperty('details');
  });

  test('leaves there also what its error says beside the tag', async () => {
    const details = { limit_micro: 5n, remaining_micro: 0n, resets_at: FUTURE };
    await record(1000, new ApiError('payout_limit_exceeded', details));
    expect(await database.keys(userId)).toMatchObject([{ details }]);
  });

  test('whose reply is lost is read back, and not written again', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply]);
    expect(await record()).toBeUndefined();
    expect(wire.proxy.operations()).toEqual(['TransactWriteItems', 'GetItem']);
  });

  test('takes the place of an earlier one, and never of a later one', async () => {
    await put({ ...REFUSAL, refused_at: 500n });
    expect(await record()).toBeUndefined();
    await expect(record(800)).rejects.toEqual(new ApiError('balance_insufficient'));
    expect(await database.keys(userId)).toMatchObject([{ refused_at: 1000n }]);
  });

  test.each([1000n, 2000n])(
    'is as final where another request was refused then or later, which bars all before it: %s',
    async (refused_at) => {
      await put({ ...REFUSAL, fingerprint: 'other', refused_at });
      expect(await record()).toBeUndefined();
      expect(await database.keys(userId)).toMatchObject([{ fingerprint: 'other', refused_at }]);
    },
  );

  test('is never taken for made because of a record that is corrupt', async () => {
    await put({ ...REFUSAL, fingerprint: 'other', refused_at: '2000' });
    await expect(record()).rejects.toThrow(CorruptItemError);
  });

  test('is not made where another request had its response', async () => {
    await put({ ...RESPONSE, fingerprint: 'other' });
    await expect(record()).rejects.toEqual(new ApiError('idempotency_key_reused'));
  });

  test('finds what has committed before it', async () => {
    await put(RESPONSE);
    expect(await record()).toEqual({ body: '{"ok":true}', replayed: true });
    expect(await database.keys(userId)).toMatchObject([{ answer: '{"ok":true}' }]);
  });
});
