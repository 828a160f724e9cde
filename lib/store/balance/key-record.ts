/**
 * The IdempotencyKeys table: the first answer to each key, written in the transaction that it
 * answers.
 */
import { GetCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { ApiError } from '../../errors.ts';
import { type IdempotencyKey, KEY_LIFETIME_SECONDS } from '../../idempotency.ts';
import { parseItem } from '../dynamodb/item.ts';
import { read } from '../dynamodb/retry.ts';
import type { Db } from '../dynamodb/store.ts';

const KeyRecord = v.object({
  fingerprint: v.string(),
  answer: v.string(),
  /** The token of the transaction that wrote this record. */
  written_by: v.string(),
  expires_at: v.bigint(),
});
type KeyRecord = v.InferOutput<typeof KeyRecord>;

/** DynamoDB deletes expired items late, so a key may be taken over as soon as it has expired. */
const FREE_OR_EXPIRED = 'attribute_not_exists(user_id) OR expires_at <= :now';

/**
 * What the caller gets, as JSON text; `replayed` when an earlier request with the same key got it
 * first.
 */
export type Answer = { body: string; replayed: boolean };

/**
 * The write that claims the key for this answer, or is refused with the record of an earlier one.
 */
export function keyPart(
  table: string,
  userId: string,
  key: IdempotencyKey,
  { answer, token, nowMs }: { answer: string; token: string; nowMs: number },
) {
  const nowSeconds = Math.floor(nowMs / 1000);
  return {
    Put: {
      TableName: table,
      Item: {
        user_id: userId,
        operation_key: key.operationKey,
        fingerprint: key.fingerprint,
        answer,
        written_by: token,
        expires_at: nowSeconds + KEY_LIFETIME_SECONDS,
      },
      ConditionExpression: FREE_OR_EXPIRED,
      ExpressionAttributeValues: { ':now': nowSeconds },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } satisfies PutCommandInput & { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  };
}

/**
 * The answer to an earlier request with this key: the record that a transaction met (`met`), or
 * else one that is read now, since DynamoDB may report another refusal alone while the key was
 * taken too. Undefined when there is none, or it has expired. Throws `idempotency_key_reused` when
 * the record answers a different request.
 */
export async function earlierAnswer(
  db: Db,
  table: string,
  userId: string,
  key: IdempotencyKey | undefined,
  { met, token }: { met: unknown; token: string },
  deadlineMs: number,
): Promise<Answer | undefined> {
  if (!key) return undefined;
  const item = met ?? (await getKeyItem(db, table, userId, key, deadlineMs));
  const record: KeyRecord | undefined =
    item === undefined ? undefined : parseItem(KeyRecord, item, table);
  if (!record || record.expires_at * 1000n <= BigInt(db.time.now())) return undefined;
  if (record.fingerprint !== key.fingerprint) throw new ApiError('idempotency_key_reused');
  // A record under this very token is from an earlier send of the same transaction, whose reply was
  // lost.
  return { body: record.answer, replayed: record.written_by !== token };
}

async function getKeyItem(
  db: Db,
  table: string,
  userId: string,
  key: IdempotencyKey,
  deadlineMs: number,
): Promise<Record<string, unknown> | undefined> {
  const Key = { user_id: userId, operation_key: key.operationKey };
  const { Item } = await read(db, deadlineMs, (client, options) =>
    client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }), options),
  );
  return Item;
}
