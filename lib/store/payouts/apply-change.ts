/** Applies a change to a payout, once, together with what it does to accounts and budgets. */
import { isDeepStrictEqual } from 'node:util';
import { ApiError, CorruptItemError, inDoubtOr, OutcomeUnknownError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { isOpen } from '../../payout.ts';
import { lookKeyOf } from '../../settlement/look.ts';
import {
  asOperatorsSeeIt,
  type PayoutWithHistory,
  StoredPayout,
  statusSince,
} from '../../settlement/payout-with-history.ts';
import { rfc3339 } from '../../time.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItem, getItemOnce, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit, type Parts, type Refusal } from '../dynamodb/transaction.ts';
import { DONE, type PayoutKey } from './payout-items.ts';
import { findKey } from './queue.ts';

export type Change = {
  /**
   * The payout after the change, or the very same object when it was made already. `at` is the
   * moment of it (RFC 3339). Throws the ApiError of a payout that it cannot be made to.
   */
  after: (payout: PayoutWithHistory, at: string) => PayoutWithHistory;
  /** What is written together with it. */
  parts?: (before: PayoutWithHistory, after: PayoutWithHistory) => Parts;
  /** Why another part than the payout refuses it, where that is for the caller. */
  refusal?: (refused: Refusal['refused'], payout: PayoutWithHistory) => ApiError | undefined;
};

/** `replayed` when the change had been made before. */
export type Applied = { payout: PayoutWithHistory; replayed: boolean };

/**
 * Applies the change and gives the payout as it is then; a repeated one changes nothing and gives
 * the same. Throws `payout_not_found`, then what `after` and `refusal` say; OutcomeUnknownError
 * when the deadline came before DynamoDB said whether it was applied, and any other error when it
 * was not.
 *
 * The transaction is conditional on the revision that was read, which never returns: statuses do,
 * where a claim is given up. So once another one is read, no late copy of the transaction can
 * succeed any more, and what that reading says is definite.
 */
export async function applyChange(
  store: Store<'Payouts'>,
  { user_id, id }: PayoutKey,
  change: Change,
): Promise<Applied> {
  const { Payouts } = store.tables;
  const key = { user_id, id };
  const mark = newId(store.nowMs);
  let refused: { place: string; why: ApiError | undefined } | undefined;
  let inDoubt = false;
  try {
    for (;;) {
      const item = await getItem(store, 'Payouts', key);
      if (!item) throw new ApiError('payout_not_found');
      const { marks, ...stored } = parseItem(StoredPayout, item, Payouts);
      const payout = asOperatorsSeeIt(stored);
      if (marks.includes(mark)) return { payout, replayed: false };
      // Clocks differ, but nothing happens to a payout before what happened to it last.
      const at = latest(rfc3339(store.nowMs), statusSince(payout));
      const changed = change.after(payout, at);
      if (changed === payout) return { payout, replayed: true };
      // For the order of its fields: a repetition gets the same bytes from the stored item.
      const after = asOperatorsSeeIt(changed);
      const revision = marks.length;
      // A version from before marks moves the status alone.
      const place = `${revision} ${payout.status}`;
      // The payout stands still: it was another part that refused.
      if (refused?.place === place) throw refusalOf(refused.why, user_id, id, inDoubt);

      const parts = {
        payout: payoutPart(Payouts, payout, after, { revision, mark }),
        ...change.parts?.(payout, after),
      };
      const wasApplied = async () => isMarked(await getItemOnce(store, 'Payouts', key), mark);
      const token = newId(store.time.now());
      const outcome = await commit(store, { token, wasApplied, parts });
      if (outcome.applied) return { payout: after, replayed: false };
      inDoubt ||= outcome.inDoubt;
      refused = { place, why: change.refusal?.(outcome.refused, payout) };
    }
  } catch (error) {
    throw inDoubtOr(error, inDoubt, id);
  }
}

/** The same for an operator, who names a payout by its id alone. */
export const applyChangeById = async (
  store: Store<'Payouts'>,
  id: string,
  change: Change,
): Promise<Applied> => applyChange(store, await findKey(store, id), change);

/** While a lost send may still arrive, a refusal by another part than the payout is no definite one. */
function refusalOf(why: ApiError | undefined, userId: string, id: string, inDoubt: boolean): Error {
  if (why && inDoubt) return new OutcomeUnknownError(`${id}: refused after a lost reply`);
  return why ?? new CorruptItemError(`the account of ${userId} has not what payout ${id} reserved`);
}

/**
 * A mark names the very request that made a change. So one whose reply was lost finds its own
 * again, whatever has followed it, and never takes that of another under one name for its own.
 */
const isMarked = (item: Item | undefined, mark: string): boolean =>
  // Stryker disable next-line OptionalChaining: a look that fails says no either (commit)
  Array.isArray(item?.marks) && item.marks.includes(mark);

const latest = (...times: string[]): string => times.sort().at(-1) as string;

const HAS_STATUS_READ = '#status = :from';
const IS_UNCHANGED = 'size(marks) = :revision';
const WAS_NEVER_CHANGED = 'attribute_not_exists(marks)';
const ADD_MARK = 'marks = list_append(if_not_exists(marks, :none), :mark)';
const ADD_ENTRIES = 'history = list_append(history, :entries)';

/**
 * Writes what differs. The status is a condition as well, for the sake of an older version beside
 * this one, which knows of no marks.
 */
function payoutPart(
  table: string,
  before: PayoutWithHistory,
  after: PayoutWithHistory,
  { revision, mark }: { revision: number; mark: string },
) {
  const { user_id, id } = after;
  const entries = after.history.slice(before.history.length);
  const changed = changedAttributes(before, after);
  const set = Object.entries(changed).filter(([, value]) => value !== undefined);
  const gone = Object.keys(changed).filter((name) => changed[name] === undefined);
  const writes = set.map(([name]) => `#${name} = :${name}`);
  if (entries.length > 0) writes.push(ADD_ENTRIES);
  const removes = gone.map((name) => `#${name}`);
  return {
    Update: {
      TableName: table,
      Key: { user_id, id },
      UpdateExpression:
        `SET ${[...writes, ADD_MARK].join(', ')}` +
        (removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''),
      ConditionExpression: `${HAS_STATUS_READ} AND ${revision === 0 ? WAS_NEVER_CHANGED : IS_UNCHANGED}`,
      ExpressionAttributeNames: Object.fromEntries(
        ['status', ...Object.keys(changed)].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        ...(entries.length > 0 && { ':entries': entries }),
        ...(revision > 0 && { ':revision': revision }),
        ':from': before.status,
        ':mark': [mark],
        ':none': [],
      },
    },
  };
}

/** Those of the payout with their new values, undefined for what it has no more. */
function changedAttributes(before: PayoutWithHistory, after: PayoutWithHistory): Item {
  const { history: _, ...was } = before;
  const { history: __, ...is } = after;
  const names = Object.keys({ ...was, ...is }) as (keyof typeof is)[];
  const changed = names.filter((name) => !isDeepStrictEqual(was[name], is[name]));
  return {
    ...Object.fromEntries(changed.map((name) => [name, is[name]])),
    ...(isOpen(before.status) && !isOpen(after.status) && { queue_key: DONE + after.id }),
    // Also where it stays as it is, since a version that knew of none has written the item.
    ...((changed.includes('attempts') || changed.includes('review')) && {
      look_key: lookKeyOf(after),
    }),
  };
}
