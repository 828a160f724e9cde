/**
 * Paying an invoice from the balance: the invoice is covered and the amount debited, or neither.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ApiError, OutcomeUnknownError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { rfc3339 } from '../../time.ts';
import type { Answer } from '../balance/key-record.ts';
import { commitKeyedDebit, type DebitTables } from '../balance/keyed-debit.ts';
import { attemptOptions, type Db } from '../dynamodb/store.ts';

export type SpendTables = DebitTables & { INVOICES_TABLE: string };

/** `id` names this attempt to spend, and is recorded on the invoice. */
export type Spend = { id: string; userId: string; invoiceId: string; amountMicro: bigint };

const OPEN_FOR_THIS_AMOUNT = '#status = :open AND total_micro = :amount';
const COVER = 'SET #status = :covered, covered_by = :spend, covered_at = :at';

/**
 * Covers the invoice from the balance. `body` is the answer that a repetition with the same key
 * gets. Throws `idempotency_key_reused`, `invoice_not_eligible` (unknown, another user's, not
 * open), `amount_mismatch` and `balance_insufficient`, in this order; OutcomeUnknownError when the
 * deadline (epoch milliseconds) came before DynamoDB said which it is.
 */
export async function spendOnInvoice(
  db: Db,
  tables: SpendTables,
  spend: Spend,
  body: string,
  key: IdempotencyKey | undefined,
  deadlineMs: number,
): Promise<Answer> {
  const { id: token, userId, amountMicro } = spend;
  const outcome = await commitKeyedDebit(
    db,
    tables,
    { userId, amountMicro, to: 'spent_micro', key, body },
    {
      token,
      parts: { invoice: coverPart(tables.INVOICES_TABLE, spend, db.time.now()) },
      wasApplied: () => isCoveredBy(db, tables.INVOICES_TABLE, spend, deadlineMs),
    },
    deadlineMs,
  );
  if (outcome.answer) return outcome.answer;

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

/** One consistent read, without retries: `commit` decides what a failed one means. */
async function isCoveredBy(
  db: Db,
  table: string,
  spend: Spend,
  deadlineMs: number,
): Promise<boolean> {
  const Key = { user_id: spend.userId, invoice_id: spend.invoiceId };
  const { Item } = await db.client.send(
    new GetCommand({ TableName: table, Key, ConsistentRead: true }),
    attemptOptions(db, deadlineMs),
  );
  return Item?.covered_by === spend.id;
}
