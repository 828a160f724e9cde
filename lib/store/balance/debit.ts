/** Debits: money leaves the available balance, once, in the transaction that says what for. */
import { Account } from '../../account.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Commit, commit, type Refusal, type Transaction } from '../dynamodb/transaction.ts';
import { accountDebit } from './change.ts';
import { earlierResult, keyPart, type WriteResult } from './key-record.ts';
import { unlockDue } from './unlock.ts';

export type DebitTables = 'Accounts' | 'Rewards' | 'IdempotencyKeys';

export type Debit = {
  userId: string;
  amountMicro: bigint;
  /** The part of the balance that the amount goes to. */
  to: 'reserved_micro' | 'spent_micro';
  key: IdempotencyKey | undefined;
  /** The body of the response, as JSON text: a repetition with the same key gets it again. */
  body: string;
};

/**
 * Commits the debit together with `parts`. Gives the result, this one's or that of an earlier
 * request with the same key, or else what refused it. Throws `idempotency_key_reused`, and see
 * `commit` for the rest.
 */
export async function debit(
  store: Store<DebitTables>,
  { userId, amountMicro, to, key, body }: Debit,
  { token, wasApplied, parts }: Transaction,
): Promise<{ result: WriteResult } | Refusal> {
  const { tables, time } = store;
  const record = { body, token, nowMs: time.now() };
  const transaction = {
    token,
    wasApplied,
    parts: {
      account: accountDebit(tables.Accounts, userId, amountMicro, to),
      ...parts,
      ...(key && { key: keyPart(tables.IdempotencyKeys, userId, key, record) }),
    },
  };
  const outcome = await commitUnlocking(store, userId, amountMicro, transaction);
  if (outcome.applied) return { result: { body, replayed: false } };

  // The key comes before everything else: what refused this may be the request that it repeats.
  const met = { met: outcome.refused.key, token };
  const result = key && (await earlierResult(store, userId, key, met));
  return result ? { result } : outcome;
}

/**
 * Commits a transaction with an `accountDebit`. When the balance alone refuses it, what is due is
 * unlocked and the same transaction sent again. A refusal by the balance is believed when the
 * account is still the one that refused before a look at what is due, which then found nothing:
 * every unlock, another request's too, and every grant changes the account's version.
 */
async function commitUnlocking(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
  amountMicro: bigint,
  transaction: Transaction,
): Promise<Commit> {
  let inDoubt = false;
  let versionBeforeLook: bigint | undefined;
  for (;;) {
    const outcome = await commit(store, transaction);
    if (outcome.applied) return outcome;
    inDoubt ||= outcome.inDoubt;
    const { account, ...others } = outcome.refused;
    const short =
      Object.keys(others).length === 0 ? shortfall(store, account, amountMicro) : undefined;
    if (short === undefined || short.version === versionBeforeLook) return { ...outcome, inDoubt };
    await unlockDue(store, userId, short.amountMicro);
    versionBeforeLook = short.version;
  }
}

/** What unlocking would have to bring, to an account of this version; undefined if it cannot. */
function shortfall(
  { tables }: Store<'Accounts'>,
  item: Item = {},
  amountMicro: bigint,
): { amountMicro: bigint; version: bigint } | undefined {
  if (Object.keys(item).length === 0) return undefined;
  const { pending_micro, available_micro, version } = parseItem(Account, item, tables.Accounts);
  if (pending_micro === 0n) return undefined;
  return { amountMicro: amountMicro - available_micro, version };
}
