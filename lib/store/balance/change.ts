/** The arithmetic of an account: every expression that changes one is here. */
import type { Balance } from '../../account.ts';
import { INT64_MAX } from '../../money.ts';

const ADD_ALL =
  'ADD available_micro :available, pending_micro :pending, reserved_micro :reserved, ' +
  'paid_out_micro :paid_out, spent_micro :spent, lifetime_micro :lifetime, version :one';

/**
 * No part of a balance is ever larger than the lifetime was when it grew, and the available part is
 * never further below zero than that. So this one condition keeps every number an int64.
 */
const LIFETIME_HAS_ROOM = 'attribute_not_exists(user_id) OR lifetime_micro <= :room';

/**
 * The part of a transaction that adds these amounts (micro-units, negative ones too) to an account,
 * which it creates where there is none; refused when `lifetime_micro` would be no int64 any more.
 */
export const accountChange = (table: string, userId: string, change: Partial<Balance>) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId },
    UpdateExpression: ADD_ALL,
    ConditionExpression: LIFETIME_HAS_ROOM,
    ExpressionAttributeValues: {
      ':available': change.available_micro ?? 0n,
      ':pending': change.pending_micro ?? 0n,
      ':reserved': change.reserved_micro ?? 0n,
      ':paid_out': change.paid_out_micro ?? 0n,
      ':spent': change.spent_micro ?? 0n,
      ':lifetime': change.lifetime_micro ?? 0n,
      ':one': 1n,
      ':room': INT64_MAX - (change.lifetime_micro ?? 0n),
    },
  },
});

const BALANCE_IS_THERE = 'available_micro >= :amount';

/** The part that takes the amount from `available_micro` and adds it to another of the balance. */
export const accountDebit = (
  table: string,
  userId: string,
  amountMicro: bigint,
  to: 'reserved_micro' | 'spent_micro',
) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId },
    UpdateExpression:
      `SET available_micro = available_micro - :amount, ${to} = ${to} + :amount ` +
      'ADD version :one',
    ConditionExpression: BALANCE_IS_THERE,
    ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
});

const UNLOCK =
  'SET pending_micro = pending_micro - :amount, available_micro = available_micro + :amount ' +
  'ADD version :one';

/** The part that moves the amount of unlocked rewards from `pending_micro` to `available_micro`. */
export const accountUnlock = (table: string, userId: string, amountMicro: bigint) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId },
    UpdateExpression: UNLOCK,
    ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
  },
});
