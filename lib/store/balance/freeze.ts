/** Freezing: operators hold back all that a user would pay out or spend, until they thaw it. */
import * as v from 'valibot';
import { Freeze } from '../../account.ts';
import { ApiError, inDoubtOr } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { rfc3339 } from '../../time.ts';
import { parseItem } from '../dynamodb/item.ts';
import { findItem, getItem, getItemOnce } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';

/** `freeze_mark` names the request that decided last: none returns, as being frozen does. */
const Stored = v.object({ ...Freeze.entries, freeze_mark: v.optional(v.string()) });

/** The attribute that a decision leaves: `frozen` holds back, `thawed` ends it. */
export type Deciding = keyof Freeze;

const WRITES = {
  frozen: 'SET frozen = :decision, freeze_mark = :mark',
  thawed: 'SET thawed = :decision, freeze_mark = :mark REMOVE frozen',
} satisfies Record<Deciding, string>;
const IS_THERE = 'attribute_exists(user_id)';
const WAS_NEVER_DECIDED = `${IS_THERE} AND attribute_not_exists(freeze_mark)`;
const IS_UNCHANGED = `${IS_THERE} AND freeze_mark = :was`;

/** What was decided about the user last; nothing of who has no account. */
export const findFreeze = async (store: Store<'Accounts'>, userId: string): Promise<Freeze> =>
  (await findItem(store, 'Accounts', { user_id: userId }, Freeze)) ?? {};

/**
 * Freezes or thaws the user's account and gives what then holds; a repeated decision changes
 * nothing, and is `replayed`. Throws `user_not_found` for who has no account, and so nothing to
 * hold back; OutcomeUnknownError when the deadline came before DynamoDB said whether it was applied.
 * It moves no money, and leaves the account's version alone.
 */
export async function decide(
  store: Store<'Accounts'>,
  userId: string,
  deciding: Deciding,
  said: { by: string; note: string },
): Promise<{ freeze: Freeze; replayed: boolean }> {
  const { Accounts } = store.tables;
  const key = { user_id: userId };
  const mark = newId(store.nowMs);
  const decision = { by: said.by, at: rfc3339(store.nowMs), note: said.note };
  let inDoubt = false;
  try {
    for (;;) {
      const item = await getItem(store, 'Accounts', key);
      if (!item) throw new ApiError('user_not_found');
      const { freeze_mark: was, ...freeze } = parseItem(Stored, item, Accounts);
      if (was === mark) return { freeze, replayed: false };
      if (isLike(freeze, deciding, said)) return { freeze, replayed: true };
      const update = {
        TableName: Accounts,
        Key: key,
        UpdateExpression: WRITES[deciding],
        ConditionExpression: was === undefined ? WAS_NEVER_DECIDED : IS_UNCHANGED,
        // What is undefined is not sent.
        ExpressionAttributeValues: { ':decision': decision, ':mark': mark, ':was': was },
      };
      const outcome = await commit(store, {
        parts: { account: { Update: update } },
        token: newId(store.time.now()),
        // Stryker disable next-line OptionalChaining: commit takes a failed read-back for no proof
        wasApplied: async () => (await getItemOnce(store, 'Accounts', key))?.freeze_mark === mark,
      });
      if (outcome.applied) {
        const { frozen: _, ...before } = freeze;
        // Parsed for the order of its fields, as a repetition reads them.
        const after = v.parse(Freeze, { ...before, [deciding]: decision });
        return { freeze: after, replayed: false };
      }
      inDoubt ||= outcome.inDoubt;
    }
  } catch (error) {
    throw inDoubtOr(error, inDoubt, userId);
  }
}

/** Whether the last decision was the very same one. */
function isLike(freeze: Freeze, deciding: Deciding, { by, note }: { by: string; note: string }) {
  const holds = freeze.frozen ? 'frozen' : 'thawed';
  const last = freeze[deciding];
  return holds === deciding && last?.by === by && last.note === note;
}
