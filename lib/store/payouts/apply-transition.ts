/**
 * The transaction that moves a payout on: its new status and, at the end, the way of its amount out
 * of the reserve.
 */
import { ApiError, CorruptItemError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type PayoutStatus, PayoutWithHistory } from '../../payout.ts';
import { rfc3339 } from '../../time.ts';
import { afterStep, hasTaken, type Transition } from '../../transitions.ts';
import { accountChangePart } from '../balance/change.ts';
import { parseItem } from '../dynamodb/item.ts';
import { attemptOptions, type Db } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';
import { findPayout, type PayoutKey, payoutGet } from './find-payout.ts';
import { findKey } from './queue.ts';
import { DONE } from './user-payouts.ts';

/** Who only ever claims, which moves no money, needs no accounts. */
export type TransitionTables = { PAYOUTS_TABLE: string; ACCOUNTS_TABLE?: string };

const STILL_THERE = '#status = :from';

/**
 * Moves the payout, and answers what it is then; a repeated step changes nothing and gets the same
 * answer. Throws `payout_not_found`, `invalid_args`, then `payout_not_actionable`;
 * OutcomeUnknownError when the deadline (epoch milliseconds) came before DynamoDB said whether the
 * step was taken, and any other error when it was not.
 *
 * The transaction is conditional on the status that was read, and a status that was left never
 * returns. So once another one is read, no late copy of the transaction can succeed any more, and
 * what that reading says is definite.
 */
export async function moveOn(
  db: Db,
  tables: TransitionTables,
  key: PayoutKey,
  transition: Transition,
  deadlineMs: number,
): Promise<PayoutWithHistory> {
  const { PAYOUTS_TABLE, ACCOUNTS_TABLE } = tables;
  const at = rfc3339(db.time.now());
  const wasApplied = async () => {
    const { Item } = await db.client.send(
      payoutGet(PAYOUTS_TABLE, key),
      attemptOptions(db, deadlineMs),
    );
    return (
      Item !== undefined &&
      hasTaken(parseItem(PayoutWithHistory, Item, PAYOUTS_TABLE), transition, at)
    );
  };

  let refusedFrom: PayoutStatus | undefined;
  for (;;) {
    const payout = await findPayout(db, PAYOUTS_TABLE, key, deadlineMs);
    if (!payout) throw new ApiError('payout_not_found');
    const moved = afterStep(payout, transition, at);
    if (moved === payout) return payout;
    if (payout.status === refusedFrom)
      throw new CorruptItemError(`${ACCOUNTS_TABLE}: refuses ${payout.id}`);

    const account = accountPart(ACCOUNTS_TABLE, moved);
    const parts = {
      payout: payoutPart(PAYOUTS_TABLE, payout.status, moved),
      ...(account && { account }),
    };
    const outcome = await commit(
      db,
      { token: newId(db.time.now()), wasApplied, parts },
      deadlineMs,
    );
    if (outcome.applied) return moved;
    refusedFrom = payout.status;
  }
}

/** The same for an operator, who names a payout by its id alone. */
export async function moveOnById(
  db: Db,
  tables: TransitionTables,
  id: string,
  transition: Transition,
  deadlineMs: number,
): Promise<PayoutWithHistory> {
  const key = await findKey(db, tables.PAYOUTS_TABLE, id, deadlineMs);
  return moveOn(db, tables, key, transition, deadlineMs);
}

function payoutPart(table: string, from: PayoutStatus, moved: PayoutWithHistory) {
  const { user_id, id, status, tx_hash, note, completed_at, history } = moved;
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
      ConditionExpression: STILL_THERE,
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
  if (table === undefined) throw new Error('a step that moves money needs the accounts');
  const to = status === 'sent' ? 'paid_out_micro' : 'available_micro';
  return accountChangePart(table, user_id, { reserved_micro: -amount_micro, [to]: amount_micro });
}
