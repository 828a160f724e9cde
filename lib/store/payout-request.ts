/** The one transaction: the amount leaves the available balance and the payout appears, or neither. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency.ts';
import type { Payout } from '../payouts.ts';
import { attemptOptions, type Db } from './db.ts';
import { findKeyRecord, keyPut, recordedAnswer } from './idempotency.ts';
import { payoutItem } from './payouts.ts';
import { commit, type Transaction } from './transaction.ts';

export type PayoutTables = { ACCOUNTS_TABLE: string; PAYOUTS_TABLE: string; IDEMPOTENCY_KEYS_TABLE: string };

/** What the caller gets, as JSON text; `replayed` when an earlier request with the same key got it first. */
export type Answer = { body: string; replayed: boolean };

const BALANCE_IS_THERE = 'available_micro >= :amount';
const RESERVE =
  'SET available_micro = available_micro - :amount, reserved_micro = reserved_micro + :amount ADD version :one';
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
  const outcome = await commit(db, transaction(db, tables, payout, body, key, deadlineMs), deadlineMs);
  if (outcome.applied) return accepted;

  // The key is looked at before the balance, and also read when DynamoDB reported the balance alone: what
  // emptied it may be the very request that this one repeats.
  if (key) {
    const table = tables.IDEMPOTENCY_KEYS_TABLE;
    const record = outcome.refused.key ?? (await findKeyRecord(db, table, payout.user_id, key, deadlineMs));
    // A record holding this very answer was written by an earlier send of this transaction.
    if (record) {
      const recorded = recordedAnswer(table, key, record);
      return recorded === body ? accepted : { body: recorded, replayed: true };
    }
  }
  if (outcome.inDoubt) throw new OutcomeUnknownError(`${payout.id}: refused after a lost reply`);
  if (outcome.refused.payout) throw new CorruptItemError(`${tables.PAYOUTS_TABLE}: the new id is taken`);
  throw new ApiError('balance_insufficient');
}

function transaction(
  db: Db,
  tables: PayoutTables,
  payout: Payout,
  body: string,
  key: IdempotencyKey | undefined,
  deadlineMs: number,
): Transaction<'account' | 'payout' | 'key'> {
  return {
    token: payout.id,
    wasApplied: () => payoutExists(db, tables.PAYOUTS_TABLE, payout, deadlineMs),
    parts: {
      account: {
        Update: {
          TableName: tables.ACCOUNTS_TABLE,
          Key: { user_id: payout.user_id },
          UpdateExpression: RESERVE,
          ConditionExpression: BALANCE_IS_THERE,
          ExpressionAttributeValues: { ':amount': payout.amount_micro, ':one': 1n },
        },
      },
      payout: {
        Put: {
          TableName: tables.PAYOUTS_TABLE,
          Item: payoutItem(payout),
          ConditionExpression: IS_NEW,
        },
      },
      ...(key && { key: keyPut(tables.IDEMPOTENCY_KEYS_TABLE, payout.user_id, key, body, db.time.now()) }),
    },
  };
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
