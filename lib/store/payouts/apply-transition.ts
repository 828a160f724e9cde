/** Applies a transition: the payout's new status and, at its end, its amount out of the reserve. */
import * as v from 'valibot';
import { ApiError, CorruptItemError, inDoubtOr } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type PayoutStatus, PayoutWithHistory, statusSince } from '../../payout.ts';
import { afterTransition, type Transition } from '../../settlement/transitions.ts';
import { rfc3339 } from '../../time.ts';
import { accountChange } from '../balance/change.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItem, getItemOnce, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';
import { DONE, type PayoutKey } from './payout-items.ts';
import { findKey } from './queue.ts';

/** Who only ever claims, which moves no money, needs no accounts. */
export type TransitionStore = Store<'Payouts'> & { tables: { Accounts?: string } };

const HAS_STATUS_READ = '#status = :from';
const ADD_ENTRY = 'history = list_append(history, :entry)';

/** `replayed` when the transition had been made before. */
export type Applied = { payout: PayoutWithHistory; replayed: boolean };

/**
 * Applies the transition and gives the payout as it is then; a repeated one changes nothing and
 * gives the same. Throws `payout_not_found`, `invalid_args`, then `payout_not_actionable`;
 * OutcomeUnknownError when the deadline came before DynamoDB said whether it was applied, and any
 * other error when it was not.
 *
 * The transaction is conditional on the status that was read, and a status that was left never
 * returns. So once another one is read, no late copy of the transaction can succeed any more, and
 * what that reading says is definite.
 */
export async function applyTransition(
  store: TransitionStore,
  { user_id, id }: PayoutKey,
  transition: Transition,
): Promise<Applied> {
  const { Payouts, Accounts } = store.tables;
  const key = { user_id, id };
  const mark = newId(store.nowMs);
  let refusedFrom: PayoutStatus | undefined;
  let inDoubt = false;
  try {
    for (;;) {
      const item = await getItem(store, 'Payouts', key);
      if (!item) throw new ApiError('payout_not_found');
      const payout = parseItem(PayoutWithHistory, item, Payouts);
      if (hasMark(item, mark)) return { payout, replayed: false };
      // Clocks differ, but nothing happens to a payout before what happened to it last.
      const at = latest(rfc3339(store.nowMs), statusSince(payout));
      const after = afterTransition(payout, transition, at);
      if (after === payout) return { payout, replayed: true };
      if (payout.status === refusedFrom)
        throw new CorruptItemError(`${Accounts}: ${user_id} has not what payout ${id} reserved`);

      const account = accountPart(Accounts, after);
      const parts = {
        payout: payoutPart(Payouts, payout.status, after, mark),
        ...(account && { account }),
      };
      const wasApplied = async () => hasMark(await getItemOnce(store, 'Payouts', key), mark);
      const token = newId(store.time.now());
      const outcome = await commit(store, { token, wasApplied, parts });
      if (outcome.applied) return { payout: after, replayed: false };
      inDoubt ||= outcome.inDoubt;
      refusedFrom = payout.status;
    }
  } catch (error) {
    throw inDoubtOr(error, inDoubt, id);
  }
}

/**
 * The stored entry of a history names the very request that made it. So one whose reply was lost
 * finds its own again, whatever has followed it, and never takes that of another under one name for
 * its own.
 */
const hasMark = (item: Item | undefined, mark: string): boolean =>
  v.is(Marked, item) && item.history.some((entry) => entry.mark === mark);

const Marked = v.object({ history: v.array(v.object({ mark: v.optional(v.string()) })) });

const latest = (...times: string[]): string => times.sort().at(-1) as string;

/** The same for an operator, who names a payout by its id alone. */
export const applyTransitionById = async (
  store: TransitionStore,
  id: string,
  transition: Transition,
): Promise<Applied> => applyTransition(store, await findKey(store, id), transition);

function payoutPart(table: string, from: PayoutStatus, after: PayoutWithHistory, mark: string) {
  const { user_id, id, status, tx_hash, note, completed_at, history } = after;
  const changes = {
    status,
    ...(tx_hash !== undefined && { tx_hash }),
    ...(note !== undefined && { note }),
    ...(completed_at !== undefined && { completed_at, queue_key: DONE + id }),
  };
  const names = Object.keys(changes);
  return {
    Update: {
      TableName: table,
      Key: { user_id, id },
      UpdateExpression: `SET ${[...names.map((name) => `#${name} = :${name}`), ADD_ENTRY].join(', ')}`,
      ConditionExpression: HAS_STATUS_READ,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
        ':entry': [{ ...history.at(-1), mark }],
        ':from': from,
      },
    },
  };
}

function accountPart(
  table: string | undefined,
  { user_id, status, amount_micro }: PayoutWithHistory,
) {
  if (status === 'processing') return undefined;
  if (table === undefined) throw new Error('a transition that moves money needs the accounts');
  const to = status === 'sent' ? 'paid_out_micro' : 'available_micro';
  return accountChange(table, user_id, { reserved_micro: -amount_micro, [to]: amount_micro });
}
