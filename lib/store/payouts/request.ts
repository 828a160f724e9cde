/**
 * The one transaction: the amount leaves the available balance and the payout appears, or neither.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import type { Payout } from '../../payout.ts';
import type { Answer } from '../balance/key-record.ts';
import { commitKeyedDebit, type DebitTables } from '../balance/keyed-debit.ts';
import { attemptOptions, type Db } from '../dynamodb/store.ts';
import { payoutItem } from './user-payouts.ts';

export type PayoutTables = DebitTables & { PAYOUTS_TABLE: string };

const IS_NEW = 'attribute_not_exists(id)';

/**
 * Writes the payout and reserves its amount. `body` is the answer that a repetition with the same
 * key gets. Throws `idempotency_key_reused`, then `balance_insufficient`; OutcomeUnknownError when
 * the deadline (epoch milliseconds) came before DynamoDB said which it is, and any other error when
 * it is not for the caller.
 */
export async function requestPayout(
  db: Db,
  tables: PayoutTables,
  payout: Payout,
  body: string,
  key: IdempotencyKey | undefined,
  deadlineMs: number,
): Promise<Answer> {
  const { user_id: userId, amount_micro: amountMicro, id: token } = payout;
  const put = {
    TableName: tables.PAYOUTS_TABLE,
    Item: payoutItem(payout),
    ConditionExpression: IS_NEW,
  };
  const outcome = await commitKeyedDebit(
    db,
    tables,
    { userId, amountMicro, to: 'reserved_micro', key, body },
    {
      token,
      parts: { payout: { Put: put } },
      wasApplied: () => payoutExists(db, tables.PAYOUTS_TABLE, payout, deadlineMs),
    },
    deadlineMs,
  );
  if (outcome.answer) return outcome.answer;

  const { refused, inDoubt } = outcome;
  if (refused.payout && inDoubt) return { body, replayed: false };
  if (refused.payout) throw new CorruptItemError(`${tables.PAYOUTS_TABLE}: the new id is taken`);
  if (inDoubt) throw new OutcomeUnknownError(`${token}: refused after a lost reply`);
  throw new ApiError('balance_insufficient');
}

/** One consistent read, without retries: `commit` decides what a failed one means. */
async function payoutExists(
  db: Db,
  table: string,
  payout: Payout,
  deadlineMs: number,
): Promise<boolean> {
  const Key = { user_id: payout.user_id, id: payout.id };
  const { Item } = await db.client.send(
    new GetCommand({ TableName: table, Key, ConsistentRead: true }),
    attemptOptions(db, deadlineMs),
  );
  return Item !== undefined;
}
