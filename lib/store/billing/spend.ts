/** Paying an invoice from the balance: it is covered and the amount debited, or neither. */
import { ApiError, OutcomeUnknownError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { rfc3339 } from '../../time.ts';
import { type DebitTables, debit } from '../balance/debit.ts';
import type { WriteResult } from '../balance/key-record.ts';
import { getItemOnce } from '../dynamodb/read.ts';
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
  const { id: token, userId, invoiceId, amountMicro } = spend;
  const invoiceKey = { user_id: userId, invoice_id: invoiceId };
  const outcome = await debit(
    store,
    { userId, amountMicro, to: 'spent_micro', key, body },
    {
      token,
      parts: { invoice: coverPart(store.tables.Invoices, spend, store.time.now()) },
      wasApplied: async () =>
        // Stryker disable next-line OptionalChaining: commit takes a failed read-back for no proof
        (await getItemOnce(store, 'Invoices', invoiceKey))?.covered_by === token,
    },
  );
  if ('result' in outcome) return outcome.result;

  const { refused, inDoubt } = outcome;
  if (refused.invoice?.covered_by === token) return { body, replayed: false };
  // An invoice that exists never opens again and never changes its total, which bars a lost send of
  // this spend for good. One that does not exist yet may still come, and so may money.
  const isDefinite = refused.invoice?.status !== undefined;
  if (inDoubt && !isDefinite) throw new OutcomeUnknownError(`${token}: refused after a lost reply`);
  if (refused.invoice)
    throw new ApiError(
      refused.invoice.status === 'open' ? 'amount_mismatch' : 'invoice_not_eligible',
    );
  throw new ApiError('balance_insufficient');
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
