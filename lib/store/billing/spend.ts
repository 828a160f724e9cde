/** Paying an invoice from the balance: it is covered and the amount debited, or neither. */
import { ApiError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { rfc3339 } from '../../time.ts';
import { type DebitTables, debit } from '../balance/debit.ts';
import type { WriteResult } from '../balance/key-record.ts';
import { getItemBetweenTransactions, getItemOnce } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';

/** `id` names this attempt to spend, and is recorded on the invoice. */
export type Spend = { id: string; userId: string; invoiceId: string; amountMicro: bigint };

const OPEN_FOR_THIS_AMOUNT = '#status = :open AND total_micro = :amount';
const COVER = 'SET #status = :covered, covered_by = :spend, covered_at = :at';

/**
 * Covers the invoice from the balance. `body` is what a repetition with the same key gets. Throws
 * `idempotency_key_reused`, `invoice_not_eligible` (unknown, another user's, not open),
 * `amount_mismatch` and `balance_insufficient`, in this order; OutcomeUnknownError when the
 * deadline came before DynamoDB said which it is.
 */
export async function spendOnInvoice(
  store: Store<DebitTables | 'Invoices'>,
  spend: Spend,
  body: string,
  key: IdempotencyKey | undefined,
): Promise<WriteResult> {
  const { id, userId, invoiceId, amountMicro } = spend;
  const invoiceKey = { user_id: userId, invoice_id: invoiceId };
  return debit(store, {
    id,
    userId,
    amountMicro,
    to: 'spent_micro',
    key,
    body,
    parts: { invoice: coverPart(store.tables.Invoices, spend, store.nowMs) },
    wasApplied: async () =>
      // Stryker disable next-line OptionalChaining: commit takes a failed read-back for no proof
      (await getItemOnce(store, 'Invoices', invoiceKey))?.covered_by === id,
    judge: async (refused) => {
      // DynamoDB may report the balance alone, while the invoice, which comes first, is none to
      // pay.
      const invoice =
        refused.invoice ?? (await getItemBetweenTransactions(store, 'Invoices', invoiceKey)) ?? {};
      if (invoice.covered_by === id) return 'applied';
      if (invoice.status !== 'open')
        // One that exists never opens again, which bars a lost send of this spend for good.
        return {
          error: new ApiError('invoice_not_eligible'),
          isFinal: invoice.status !== undefined,
        };
      return invoice.total_micro === amountMicro
        ? { error: new ApiError('balance_insufficient'), isFinal: false }
        : { error: new ApiError('amount_mismatch'), isFinal: true };
    },
  });
}

const coverPart = (
  table: string,
  { id, userId, invoiceId, amountMicro }: Spend,
  nowMs: number,
) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId, invoice_id: invoiceId },
    UpdateExpression: COVER,
    ConditionExpression: OPEN_FOR_THIS_AMOUNT,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':open': 'open',
      ':covered': 'covered',
      ':amount': amountMicro,
      ':spend': id,
      ':at': rfc3339(nowMs),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
});
