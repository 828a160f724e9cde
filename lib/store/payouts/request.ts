/** Requesting a payout: the amount leaves the available balance and it appears, or neither. */
import { CorruptItemError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { parseJson } from '../../json.ts';
import type { Payout } from '../../payout.ts';
import { type DebitTables, debit } from '../balance/debit.ts';
import type { WriteResult } from '../balance/key-record.ts';
import { getItemBetweenTransactions, getItemOnce } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { payoutItem } from './payout-items.ts';

const IS_NEW = 'attribute_not_exists(id)';

/**
 * Writes the payout and reserves its amount. `body` is what a repetition with the same key gets.
 * Throws `idempotency_key_reused`, then `balance_insufficient`; OutcomeUnknownError when the
 * deadline came before DynamoDB said which it is, and any other error when it is not for the
 * caller.
 */
export async function requestPayout(
  store: Store<DebitTables | 'Payouts'>,
  payout: Payout,
  body: string,
  key: IdempotencyKey | undefined,
): Promise<WriteResult> {
  const { user_id, id, amount_micro: amountMicro } = payout;
  const table = store.tables.Payouts;
  const put = { TableName: table, Item: payoutItem(payout), ConditionExpression: IS_NEW };
  const result = await debit(store, {
    id,
    userId: user_id,
    amountMicro,
    to: 'reserved_micro',
    key,
    body,
    parts: { payout: { Put: put } },
    wasApplied: async () => Boolean(await getItemOnce(store, 'Payouts', { user_id, id })),
    judge: async ({ payout: taken }, inDoubt) => {
      if (taken && inDoubt) return 'applied';
      if (taken) throw new CorruptItemError(`${table}: the new id is taken`);
      return { tag: 'balance_insufficient', isFinal: false };
    },
  });
  // The earlier request's transaction may have come to the key and not yet to the payout, which
  // whoever gets this response may look for at once.
  if (result.replayed)
    await getItemBetweenTransactions(store, 'Payouts', { user_id, id: idIn(result.body) });
  return result;
}

const idIn = (body: string): string => (parseJson(body) as Payout).id;
