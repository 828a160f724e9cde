/**
 * Taking money from the available balance, which first includes every reward whose time has come.
 */
import { Account } from '../../account.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Db } from '../dynamodb/store.ts';
import { type Commit, commit, type Transaction } from '../dynamodb/transaction.ts';
import { unlockDue } from './unlock.ts';

type Tables = { ACCOUNTS_TABLE: string; REWARDS_TABLE: string };

const BALANCE_IS_THERE = 'available_micro >= :amount';

/**
 * The part of a transaction that takes the amount from `available_micro` and adds it to another
 * part of the balance.
 */
export const debitPart = (
  table: string,
  userId: string,
  amountMicro: bigint,
  to: 'reserved_micro' | 'spent_micro',
) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId },
    UpdateExpression: `SET available_micro = available_micro - :amount, ${to} = ${to} + :amount ADD version :one`,
    ConditionExpression: BALANCE_IS_THERE,
    ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
});

/**
 * Commits a transaction whose part `account` is a `debitPart`. When the balance alone refuses it,
 * what is due is unlocked and the same transaction sent again. A refusal by the balance is only
 * believed when the account is still the one that refused before a look at what is due: that look
 * then found nothing. Every unlock, another request's too, and every grant changes the account's
 * version.
 */
export async function commitDebit<Name extends string>(
  db: Db,
  tables: Tables,
  { userId, amountMicro }: { userId: string; amountMicro: bigint },
  transaction: Transaction<Name | 'account'>,
  deadlineMs: number,
): Promise<Commit<Name | 'account'>> {
  let inDoubt = false;
  let versionBeforeLook: bigint | undefined;
  for (;;) {
    const outcome = await commit(db, transaction, deadlineMs);
    if (outcome.applied) return outcome;
    inDoubt ||= outcome.inDoubt;
    const { account, ...others } = outcome.refused as Record<
      string,
      Record<string, unknown> | undefined
    >;
    const short =
      account && Object.keys(others).length === 0
        ? shortfall(tables, account, amountMicro)
        : undefined;
    if (short === undefined || short.version === versionBeforeLook) return { ...outcome, inDoubt };
    await unlockDue(db, tables, userId, deadlineMs, short.amountMicro);
    versionBeforeLook = short.version;
  }
}

/**
 * What unlocking would have to bring, to an account of this version; undefined when nothing can be
 * unlocked.
 */
function shortfall(
  tables: Tables,
  item: Record<string, unknown>,
  amountMicro: bigint,
): { amountMicro: bigint; version: bigint } | undefined {
  if (Object.keys(item).length === 0) return undefined;
  const { pending_micro, available_micro, version } = parseItem(
    Account,
    item,
    tables.ACCOUNTS_TABLE,
  );
  return pending_micro === 0n ? undefined : { amountMicro: amountMicro - available_micro, version };
}
