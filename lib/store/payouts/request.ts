/** Requesting a payout: the amount leaves the available balance and it appears, or neither. */
import { ApiError, CorruptItemError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { newId } from '../../ids.ts';
import { parseJson } from '../../json.ts';
import type { Payout } from '../../payout.ts';
import { type DebitTables, debit } from '../balance/debit.ts';
import { recordRefusal, type WriteResult } from '../balance/key-record.ts';
import { getItemBetweenTransactions, getItemOnce } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { limitExceeded, takePart } from './daily-limits.ts';
import { payoutItem } from './payout-items.ts';

const IS_NEW = 'attribute_not_exists(id)';

/**
 * Writes the payout and reserves its amount, and counts it on its owner's day where the stage has a
 * limit (micro-units). `body` is what a repetition with the same key gets. Throws
 * `idempotency_key_reused`, then `payout_limit_exceeded`, then `account_frozen` or
 * `balance_insufficient`; OutcomeUnknownError when the deadline came before DynamoDB said which it
 * is, and any other error when it is not for the caller.
 */
export async function requestPayout(
  store: Store<DebitTables | 'Payouts' | 'DailyLimits'>,
  payout: Payout,
  body: string,
  key: IdempotencyKey | undefined,
  limitMicro?: bigint,
): Promise<WriteResult> {
  const { user_id, id, amount_micro: amountMicro } = payout;
  const { Payouts: table, DailyLimits } = store.tables;
  // By the clock that dates the payout: of two that differ at midnight, each counts on its own day.
  const day = payout.requested_at.slice(0, 'yyyy-mm-dd'.length);
  const limit = limitMicro === undefined ? undefined : { amountMicro, limitMicro };
  const Item = { ...payoutItem(payout), ...(limit && { limit_day: day }) };
  const put = { TableName: table, Item, ConditionExpression: IS_NEW };
  const result = await debit(store, {
    id,
    userId: user_id,
    amountMicro,
    to: 'reserved_micro',
    key,
    body,
    parts: {
      payout: { Put: put },
      ...(limit && { limit: takePart(DailyLimits, { user_id, day }, limit) }),
    },
    wasApplied: async () => Boolean(await getItemOnce(store, 'Payouts', { user_id, id })),
    judge: async ({ payout: taken, limit: refused }, inDoubt) => {
      if (taken && inDoubt) return 'applied';
      if (taken) throw new CorruptItemError(`${table}: the new id is taken`);
      const exceeded =
        limit && (await limitExceeded(store, { user_id, day }, { ...limit, refused }));
      // More than a whole day's limit was never accepted, by no send of it.
      if (exceeded) return { error: exceeded, isFinal: amountMicro > limit.limitMicro };
      return { error: new ApiError('balance_insufficient'), isFinal: false };
    },
  });
  if (result.replayed) await untilThere(store, user_id, result);
  return result;
}

/**
 * The result of an earlier request with this key, which was accepted when the minimum was smaller
 * or the address not listed yet. Throws `refusal` where there is none, once none can commit any more.
 */
export async function acceptedBefore(
  store: Store<'IdempotencyKeys' | 'Payouts'>,
  userId: string,
  key: IdempotencyKey | undefined,
  refusal: Error,
): Promise<WriteResult> {
  if (!key || !(refusal instanceof ApiError)) throw refusal;
  try {
    const id = newId(store.nowMs);
    const result = await recordRefusal(store, userId, key, refusal, id);
    if (!result) throw refusal;
    await untilThere(store, userId, result);
    return result;
  } catch (error) {
    // What is wrong with the request comes before what the key says.
    throw error instanceof ApiError ? refusal : error;
  }
}

/**
 * The earlier request's transaction may have come to the key and not yet to the payout, which
 * whoever gets this response may look for at once.
 */
const untilThere = (store: Store<'Payouts'>, user_id: string, { body }: WriteResult) =>
  getItemBetweenTransactions(store, 'Payouts', { user_id, id: (parseJson(body) as Payout).id });
