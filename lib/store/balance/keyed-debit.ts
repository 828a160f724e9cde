/**
 * A debit that is made once and answered once: what a repetition with the same key gets is written
 * in its transaction.
 */
import type { IdempotencyKey } from '../../idempotency.ts';
import type { Db } from '../dynamodb/store.ts';
import type { Commit, Transaction } from '../dynamodb/transaction.ts';
import { commitDebit, debitPart } from './debit.ts';
import { type Answer, earlierAnswer, keyPart } from './key-record.ts';

export type DebitTables = {
  ACCOUNTS_TABLE: string;
  REWARDS_TABLE: string;
  IDEMPOTENCY_KEYS_TABLE: string;
};

export type KeyedDebit = {
  userId: string;
  amountMicro: bigint;
  /** The part of the balance that the amount goes to. */
  to: 'reserved_micro' | 'spent_micro';
  key: IdempotencyKey | undefined;
  /** The answer of success, as JSON text. */
  body: string;
};

type Refusal<Name extends string> = Extract<Commit<Name | 'account'>, { applied: false }>;

/**
 * Commits the debit together with `parts`. Gives the answer, this one's or that of an earlier
 * request with the same key, or else what refused it. Throws `idempotency_key_reused`, and see
 * `commit` for the rest.
 */
export async function commitKeyedDebit<Name extends string>(
  db: Db,
  tables: DebitTables,
  debit: KeyedDebit,
  { token, wasApplied, parts }: Transaction<Name>,
  deadlineMs: number,
): Promise<{ answer: Answer } | (Refusal<Name> & { answer?: undefined })> {
  const { userId, amountMicro, to, key, body } = debit;
  const record = { answer: body, token, nowMs: db.time.now() };
  const transaction: Transaction<string> = {
    token,
    wasApplied,
    parts: {
      account: debitPart(tables.ACCOUNTS_TABLE, userId, amountMicro, to),
      ...parts,
      ...(key && { key: keyPart(tables.IDEMPOTENCY_KEYS_TABLE, userId, key, record) }),
    },
  };
  const outcome = await commitDebit(db, tables, debit, transaction, deadlineMs);
  if (outcome.applied) return { answer: { body, replayed: false } };

  // The key comes before everything else: what refused this request may be the very one that it
  // repeats.
  const met = { met: outcome.refused.key, token };
  const answer = await earlierAnswer(
    db,
    tables.IDEMPOTENCY_KEYS_TABLE,
    userId,
    key,
    met,
    deadlineMs,
  );
  return answer ? { answer } : (outcome as Refusal<Name>);
}
