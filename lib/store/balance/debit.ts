/** Debits: money leaves the available balance, once, in the transaction that says what for. */
import { Account } from '../../account.ts';
import { ApiError, inDoubtOr, OutcomeUnknownError } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency.ts';
import { newId } from '../../ids.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit, type Parts, type Refusal, type Transaction } from '../dynamodb/transaction.ts';
import { accountDebit, isFrozen } from './change.ts';
import { keyPart, readRecord, recordRefusal, type WriteResult } from './key-record.ts';
import { unlockEnough } from './unlock.ts';

export type DebitTables = 'Accounts' | 'Rewards' | 'IdempotencyKeys';

/** What a refusal means: that it was applied before, or an error for the caller. */
export type Verdict =
  | 'applied'
  /** `isFinal` when the refusal also bars a send whose reply was lost. */
  | { error: ApiError; isFinal: boolean };

export type Debit = {
  /** What the money is for: the id of the payout or of the spend. */
  id: string;
  userId: string;
  amountMicro: bigint;
  /** The part of the balance that the amount goes to. */
  to: 'reserved_micro' | 'spent_micro';
  key: IdempotencyKey | undefined;
  /** The body of the response, as JSON text: a repetition with the same key gets it again. */
  body: string;
  /** What is written together with it, and whether an earlier send of that was applied. */
  parts: Parts;
  wasApplied: Transaction['wasApplied'];
  /** Says what a refusal means that the key has no part in. */
  judge: (refused: Refusal['refused'], inDoubt: boolean) => Promise<Verdict>;
};

/**
 * Commits the debit, and gives its result or that of an earlier request with the same key. Throws
 * `idempotency_key_reused`, then the tag of `judge`, of which `balance_insufficient` is
 * `account_frozen` where operators have frozen the account; OutcomeUnknownError when the deadline came
 * before DynamoDB said which it is, and any other error when it is not for the caller.
 */
export async function debit(store: Store<DebitTables>, wanted: Debit): Promise<WriteResult> {
  const { id, userId, amountMicro, to, key, body } = wanted;
  const account = accountDebit(store.tables.Accounts, userId, amountMicro, to);
  let inDoubt = false;
  let token = id;
  let afterRefusal: bigint | undefined;
  let versionBeforeLook: bigint | undefined;
  let hasUnlocked: boolean | undefined;
  try {
    for (;;) {
      const claim = key && { key: keyPart(store, userId, key, { body, id, afterRefusal }) };
      const parts = { account, ...wanted.parts, ...claim };
      const outcome = await commit(store, { token, parts, wasApplied: wanted.wasApplied });
      if (outcome.applied) return { body, replayed: false };
      inDoubt ||= outcome.inDoubt;

      // The key comes before everything else: what refused this may be the request that it repeats.
      if (key && outcome.refused.key) {
        const found = readRecord(store, key, outcome.refused.key, id);
        if ('result' in found) return found.result;
        // Another condition makes another transaction.
        ({ afterRefusal } = found);
        token = newId(store.time.now());
        continue;
      }

      // A refusal by the balance is believed when the account is still the one that refused before
      // a look at what is due, which then was too little: every unlock, another request's too, and
      // every grant changes the account's version.
      const short = shortfall(store, outcome.refused, amountMicro);
      if (short && short.version !== versionBeforeLook) {
        const { rewards } = await unlockEnough(store, userId, short.amountMicro);
        versionBeforeLook = short.version;
        hasUnlocked = rewards > 0;
        // DynamoDB may repeat a definite refusal to the token that it was given for.
        if (!inDoubt) token = newId(store.time.now());
        continue;
      }

      // An unlock changes the version: the token, which stays in doubt, was answered as before it.
      if (short && hasUnlocked) throw new OutcomeUnknownError(`${id}: an old refusal came again`);

      const verdict = await wanted.judge(outcome.refused, inDoubt);
      if (verdict === 'applied') return { body, replayed: false };
      const { error, isFinal } = verdict;
      const isHeld = error.tag === 'balance_insufficient' && isFrozen(outcome.refused.account);
      const refusal = isHeld ? new ApiError('account_frozen') : error;
      const earlier = key && (await recordRefusal(store, userId, key, refusal, id));
      if (earlier) return earlier;
      if (inDoubt && !key && !isFinal)
        throw new OutcomeUnknownError(`${id}: refused after a lost reply`);
      throw refusal;
    }
  } catch (error) {
    throw inDoubtOr(error, inDoubt, id);
  }
}

/**
 * What unlocking would have to bring, to an account of this version; undefined when something else
 * refused the transaction as well, or when the account has less than that pending, due or not.
 */
function shortfall(
  { tables }: Store<'Accounts'>,
  { account, ...others }: Refusal['refused'],
  amountMicro: bigint,
): { amountMicro: bigint; version: bigint } | undefined {
  if (!account || isEmpty(account) || isFrozen(account) || !isEmpty(others)) return undefined;
  const { pending_micro, available_micro, version } = parseItem(Account, account, tables.Accounts);
  const missingMicro = amountMicro - available_micro;
  return missingMicro <= pending_micro ? { amountMicro: missingMicro, version } : undefined;
}

const isEmpty = (item: Item): boolean => Object.keys(item).length === 0;
