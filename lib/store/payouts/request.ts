/** Requesting a payout: the amount leaves the available balance and it appears, or neither. */
import { ApiError, CorruptItemError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { parseJson } from '../../json.ts';
import type { Payout } from '../../payout.ts';
import { type DebitTables, debit } from '../balance/debit.ts';
import type { WriteResult } from '../balance/key-record.ts';
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
  // The earlier request's transaction may have come to the key and not yet to the payout, which
  // whoever gets this response may look for at once.
  if (result.replayed)
    await getItemBetweenTransactions(store, 'Payouts', { user_id, id: idIn(result.body) });
  return result;
}

const idIn = (body: string): string => (parseJson(body) as Payout).id;
