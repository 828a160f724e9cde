/**
 * The IdempotencyKeys table. A key's record is the first response to it, written in its own
 * transaction; or else a refusal, which bars every attempt under the key that came before it.
 */
import * as v from 'valibot';
import { ApiError, type ErrorTag, errors, OutcomeUnknownError } from '../../errors.ts';
import {
  type IdempotencyKey,
  KEY_KEPT_SECONDS,
  REFUSAL_LIFETIME_SECONDS,
} from '../../idempotency.ts';
import { newId } from '../../ids.ts';
import { Micro } from '../../money.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItemOnce, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';

const Response = v.object({
  fingerprint: v.string(),
  answer: v.string(),
  /** What wrote this record: the payout's or the spend's id. */
  written_by: v.string(),
  expires_at: v.bigint(),
});

/**
 * `refused_at` is when the refused request came, by the gateway's clock (epoch milliseconds);
 * `details` is what its error says beside the tag.
 */
const Refusal = v.object({
  fingerprint: v.string(),
  refused_at: v.bigint(),
  refusal: v.picklist(Object.keys(errors) as ErrorTag[]),
  details: v.optional(
    v.object({
      min_payout_micro: v.exactOptional(Micro),
      limit_micro: v.exactOptional(Micro),
      remaining_micro: v.exactOptional(Micro),
      resets_at: v.exactOptional(v.string()),
    }),
  ),
  expires_at: v.bigint(),
});

/** What may stand under a key: the one or the other. */
export type KeyRecord = v.InferOutput<typeof Response> & v.InferOutput<typeof Refusal>;

/** DynamoDB deletes expired items late, so a key may be taken over as soon as it has expired. */
const FREE_OR_EXPIRED = 'attribute_not_exists(user_id) OR expires_at <= :now';

/** A record of a response has none of this attribute, and so does not hold. */
const REFUSED_BEFORE = 'refused_at < :requested';

/** What a write came to: `body` is JSON text; `replayed` when an earlier request got it first. */
export type WriteResult = { body: string; replayed: boolean };

/**
 * A record lives by the time at which its request came, as the gateway says it: by clocks that
 * differ from instance to instance it might end before its time. `expires_at` is in whole seconds,
 * as DynamoDB's TTL wants it, and rounded up, and the moment held against it is rounded down: no
 * record ends a moment early.
 */
const put = (
  { tables }: Store<'IdempotencyKeys'>,
  userId: string,
  key: IdempotencyKey,
  condition: string,
  { lifetimeSeconds, ...record }: { lifetimeSeconds: number } & Item,
  values: Item = {},
) => {
  const cameSeconds = key.requestedMs / 1000;
  return {
    Put: {
      TableName: tables.IdempotencyKeys,
      Item: {
        user_id: userId,
        operation_key: key.operationKey,
        fingerprint: key.fingerprint,
        ...record,
        expires_at: Math.ceil(cameSeconds) + lifetimeSeconds,
      },
      ConditionExpression: condition,
      ExpressionAttributeValues: { ':now': Math.floor(cameSeconds), ...values },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  };
};

/**
 * The write that claims the key for this response, or is refused with the record that is there.
 * `afterRefusal` is a refusal that this request came after, and may therefore take the place of.
 */
export const keyPart = (
  store: Store<'IdempotencyKeys'>,
  userId: string,
  key: IdempotencyKey,
  { body, id, afterRefusal }: { body: string; id: string; afterRefusal?: bigint | undefined },
) =>
  put(
    store,
    userId,
    key,
    afterRefusal === undefined ? FREE_OR_EXPIRED : `${FREE_OR_EXPIRED} OR refused_at = :refused`,
    { answer: body, written_by: id, lifetimeSeconds: KEY_KEPT_SECONDS },
    afterRefusal === undefined ? {} : { ':refused': afterRefusal },
  );

/**
 * What the record that refused a request with this key means for it: the response of an earlier
 * one, or a refusal that this request came after. Throws `idempotency_key_reused` when the response
 * is to another request; the refusal itself when this request came before it, since a 4xx is final
 * for all that came before.
 */
export function readRecord(
  store: Store<'IdempotencyKeys'>,
  key: IdempotencyKey,
  item: Item,
  id: string,
): { result: WriteResult } | { afterRefusal: bigint } {
  const { IdempotencyKeys: table } = store.tables;
  if ('refused_at' in item) {
    const { refused_at } = parseItem(v.pick(Refusal, ['refused_at']), item, table);
    // What comes later needs no word of the refusal, which newer code may have given another name.
    if (refused_at < BigInt(key.requestedMs)) return { afterRefusal: refused_at };
    const { fingerprint, refusal, details } = parseItem(Refusal, item, table);
    if (fingerprint === key.fingerprint) throw new ApiError(refusal, details);
    throw new OutcomeUnknownError(`${id}: another request with this key was refused meanwhile`);
  }
  const record = parseItem(Response, item, table);
  if (record.fingerprint !== key.fingerprint) throw new ApiError('idempotency_key_reused');
  // A record under this very id is from an earlier send of it, whose reply was lost.
  return { result: { body: record.answer, replayed: record.written_by !== id } };
}

/**
 * Makes a refusal final before it is reported: once it stands under the key, no earlier attempt can
 * commit any more, one of this request's own included. Gives the result of an attempt that had
 * committed before, and throws like `readRecord`.
 */
export async function recordRefusal(
  store: Store<'IdempotencyKeys'>,
  userId: string,
  key: IdempotencyKey,
  { tag: refusal, details }: ApiError,
  id: string,
): Promise<WriteResult | undefined> {
  const requested = BigInt(key.requestedMs);
  const record = {
    ...{ refused_at: requested, refusal, lifetimeSeconds: REFUSAL_LIFETIME_SECONDS },
    ...(Object.keys(details).length > 0 && { details }),
  };
  const condition = `${FREE_OR_EXPIRED} OR ${REFUSED_BEFORE}`;
  const part = put(store, userId, key, condition, record, { ':requested': requested });
  const place = { user_id: userId, operation_key: key.operationKey };
  const outcome = await commit(store, {
    parts: { key: part },
    token: newId(store.time.now()),
    wasApplied: async () =>
      // Stryker disable next-line OptionalChaining: commit takes a failed read-back for no proof
      (await getItemOnce(store, 'IdempotencyKeys', place))?.refused_at === requested,
  });
  if (outcome.applied) return undefined;
  const stored = outcome.refused.key ?? {};
  const { refused_at, fingerprint } = stored;
  // Only a later refusal, of whatever request, is in the way: it bars all that this one would.
  const isBarred = typeof refused_at === 'bigint';
  if (isBarred && fingerprint !== key.fingerprint) return undefined;
  const found = readRecord(store, key, stored, id);
  return 'result' in found ? found.result : undefined;
}
