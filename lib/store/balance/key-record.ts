/** The IdempotencyKeys table: the first response to each key, written in its own transaction. */
import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { ApiError } from '../../errors.ts';
import { type IdempotencyKey, KEY_LIFETIME_SECONDS } from '../../idempotency.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItem, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';

const KeyRecord = v.object({
  fingerprint: v.string(),
  answer: v.string(),
  /** The token of the transaction that wrote this record. */
  written_by: v.string(),
  expires_at: v.bigint(),
});

/** DynamoDB deletes expired items late, so a key may be taken over as soon as it has expired. */
const FREE_OR_EXPIRED = 'attribute_not_exists(user_id) OR expires_at <= :now';

/** What a write came to: `body` is JSON text; `replayed` when an earlier request got it first. */
export type WriteResult = { body: string; replayed: boolean };

/** The write that claims the key for this response, or is refused with an earlier record. */
export function keyPart(
  table: string,
  userId: string,
  key: IdempotencyKey,
  { body, token, nowMs }: { body: string; token: string; nowMs: number },
) {
  const nowSeconds = Math.floor(nowMs / 1000);
  return {
    Put: {
      TableName: table,
      Item: {
        user_id: userId,
        operation_key: key.operationKey,
        fingerprint: key.fingerprint,
        answer: body,
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
 * What an earlier request with this key came to: by the record that a transaction met (`met`), or
 * else by one that is read now, since DynamoDB may report another refusal alone while the key was
 * taken too. Undefined when there is none, or it has expired. Throws `idempotency_key_reused` when
 * the record is of a different request.
 */
export async function earlierResult(
  store: Store<'IdempotencyKeys'>,
  userId: string,
  key: IdempotencyKey,
  { met, token }: { met: Item | undefined; token: string },
): Promise<WriteResult | undefined> {
  const { operationKey: operation_key, fingerprint } = key;
  const item = met ?? (await getItem(store, 'IdempotencyKeys', { user_id: userId, operation_key }));
  const record = item && parseItem(KeyRecord, item, store.tables.IdempotencyKeys);
  if (!record || record.expires_at * 1000n <= BigInt(store.time.now())) return undefined;
  if (record.fingerprint !== fingerprint) throw new ApiError('idempotency_key_reused');
  // A record under this very token is from an earlier send of it, whose reply was lost.
  return { body: record.answer, replayed: record.written_by !== token };
}
