/** The one transaction: the amount leaves the available balance and the payout appears, or neither. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency.ts';
import type { Payout } from '../payouts.ts';
import { attemptOptions, type Db } from './db.ts';
import { commitDebit, debitPart } from './debit.ts';
import { type Answer, earlierAnswer, keyPart } from './idempotency.ts';
import { payoutItem } from './payouts.ts';
import type { Transaction } from './transaction.ts';

export type PayoutTables = {
  ACCOUNTS_TABLE: string;
  PAYOUTS_TABLE: string;
  REWARDS_TABLE: string;
  IDEMPOTENCY_KEYS_TABLE: string;
};

const IS_NEW = 'attribute_not_exists(id)';

/**
 * Writes the payout and reserves its amount. `body` is the answer that a repetition with the same key gets.
 * Throws `idempotency_key_reused`, then `balance_insufficient`; OutcomeUnknownError when the deadline (epoch
 * milliseconds) came before DynamoDB said which it is, and any other error when it is not for the caller.
 */
export async function requestPayout(
  db: Db,
  tables: PayoutTables,
  payout: Payout,
  body: string,
  key: IdempotencyKey | undefined,
  deadlineMs: number,
): Promise<Answer> {
  const accepted: Answer = { body, replayed: false };
  const { user_id: userId, amount_micro: amountMicro, id: token } = payout;
  const transaction: Transaction<'account' | 'payout' | 'key'> = {
    token,
    wasApplied: () => payoutExists(db, tables.PAYOUTS_TABLE, payout, deadlineMs),
    parts: {
      account: debitPart(tables.ACCOUNTS_TABLE, userId, amountMicro, 'reserved_micro'),
      payout: {
        Put: { TableName: tables.PAYOUTS_TABLE, Item: payoutItem(payout), ConditionExpression: IS_NEW },
      },
      ...(key && {
        key: keyPart(tables.IDEMPOTENCY_KEYS_TABLE, userId, key, {
          answer: body,
          token,
          nowMs: db.time.now(),
        }),
      }),
    },
  };
  const outcome = await commitDebit(db, tables, { userId, amountMicro }, transaction, deadlineMs);
  if (outcome.applied) return accepted;

  const { refused, inDoubt } = outcome;
  // The key comes before the balance: what emptied it may be the very request that this one repeats.
  const met = { met: refused.key, token };
  const earlier = await earlierAnswer(db, tables.IDEMPOTENCY_KEYS_TABLE, userId, key, met, deadlineMs);
  if (earlier) return earlier;
  if (refused.payout && inDoubt) return accepted;
  if (refused.payout) throw new CorruptItemError(`${tables.PAYOUTS_TABLE}: the new id is taken`);
  if (inDoubt) throw new OutcomeUnknownError(`${token}: refused after a lost reply`);
  throw new ApiError('balance_insufficient');
}

/** One consistent read, without retries: `commit` decides what a failed one means. */
async function payoutExists(db: Db, table: string, payout: Payout, deadlineMs: number): Promise<boolean> {
  const Key = { user_id: payout.user_id, id: payout.id };
  const { Item } = await db.client.send(
    new GetCommand({ TableName: table, Key, ConsistentRead: true }),
    attemptOptions(db, deadlineMs),
  );
  return Item !== undefined;
}
