/** The IdempotencyKeys table: the first answer to each key, written in the transaction that it answers. */
import { GetCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { ApiError } from '../errors.ts';
import { type IdempotencyKey, KEY_LIFETIME_SECONDS } from '../idempotency.ts';
import type { Db } from './db.ts';
import { parseItem } from './item.ts';
import { read } from './retry.ts';

const KeyRecord = v.object({ fingerprint: v.string(), answer: v.string(), expires_at: v.bigint() });
type KeyRecord = v.InferOutput<typeof KeyRecord>;

/** DynamoDB deletes expired items late, so a key may be taken over as soon as it has expired. */
const FREE_OR_EXPIRED = 'attribute_not_exists(user_id) OR expires_at <= :now';

/** The write that claims the key for this answer, or is refused with the record of an earlier one. */
export function keyPut(table: string, userId: string, key: IdempotencyKey, answer: string, nowMs: number) {
  const nowSeconds = Math.floor(nowMs / 1000);
  return {
    Put: {
      TableName: table,
      Item: {
        user_id: userId,
        operation_key: key.operationKey,
        fingerprint: key.fingerprint,
        answer,
        expires_at: nowSeconds + KEY_LIFETIME_SECONDS,
      },
      ConditionExpression: FREE_OR_EXPIRED,
      ExpressionAttributeValues: { ':now': nowSeconds },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } satisfies PutCommandInput & { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  };
}

/** The answer on record. Throws `idempotency_key_reused` when it answered a different request. */
export function recordedAnswer(table: string, key: IdempotencyKey, item: unknown): string {
  const record = parseItem(KeyRecord, item, table);
  if (record.fingerprint !== key.fingerprint) throw new ApiError('idempotency_key_reused');
  return record.answer;
}

/** The record of this key, unless there is none or it has expired. */
export async function findKeyRecord(
  db: Db,
  table: string,
  userId: string,
  key: IdempotencyKey,
  deadlineMs: number,
): Promise<KeyRecord | undefined> {
  const Key = { user_id: userId, operation_key: key.operationKey };
  const { Item } = await read(db, deadlineMs, (client, options) =>
    client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }), options),
  );
  const record = Item && parseItem(KeyRecord, Item, table);
  return record && record.expires_at * 1000n > BigInt(db.time.now()) ? record : undefined;
}
