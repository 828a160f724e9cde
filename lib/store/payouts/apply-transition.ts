/** Applies a transition: the payout's new status and, at its end, its amount out of the reserve. */
import { ApiError, CorruptItemError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type PayoutStatus, PayoutWithHistory } from '../../payout.ts';
import { rfc3339 } from '../../time.ts';
import { afterTransition, type Transition, wasMade } from '../../transitions.ts';
import { accountChange } from '../balance/change.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItemOnce } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';
import { DONE, findPayout, type PayoutKey } from './payout-items.ts';
import { findKey } from './queue.ts';

/** Who only ever claims, which moves no money, needs no accounts. */
export type TransitionStore = Store<'Payouts'> & { tables: { Accounts?: string } };

const HAS_STATUS_READ = '#status = :from';

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
): Promise<PayoutWithHistory> {
  const { Payouts, Accounts } = store.tables;
  const key = { user_id, id };
  const at = rfc3339(store.time.now());
  const wasApplied = async () => {
    const item = await getItemOnce(store, 'Payouts', key);
    return (
      // Stryker disable next-line ConditionalExpression: commit takes a failure for no proof
      item !== undefined && wasMade(parseItem(PayoutWithHistory, item, Payouts), transition, at)
    );
  };

  let refusedFrom: PayoutStatus | undefined;
  for (;;) {
    const payout = await findPayout(store, key);
    if (!payout) throw new ApiError('payout_not_found');
    const after = afterTransition(payout, transition, at);
    if (after === payout) return payout;
    if (payout.status === refusedFrom)
      throw new CorruptItemError(`${Accounts}: refuses ${payout.id}`);

    const account = accountPart(Accounts, after);
    const parts = {
      payout: payoutPart(Payouts, payout.status, after),
      ...(account && { account }),
    };
    const token = newId(store.time.now());
    if ((await commit(store, { token, wasApplied, parts })).applied) return after;
    refusedFrom = payout.status;
  }
}

/** The same for an operator, who names a payout by its id alone. */
export const applyTransitionById = async (
  store: TransitionStore,
  id: string,
  transition: Transition,
): Promise<PayoutWithHistory> => applyTransition(store, await findKey(store, id), transition);

function payoutPart(table: string, from: PayoutStatus, after: PayoutWithHistory) {
  const { user_id, id, status, tx_hash, note, completed_at, history } = after;
  const changes = {
    status,
    history,
    ...(tx_hash !== undefined && { tx_hash }),
    ...(note !== undefined && { note }),
    ...(completed_at !== undefined && { completed_at, queue_key: DONE + id }),
  };
  const names = Object.keys(changes);
  return {
    Update: {
      TableName: table,
      Key: { user_id, id },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: HAS_STATUS_READ,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
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
