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

/** Nothing leaves these parts that is not there; `available_micro` alone may go below zero. */
const GUARDED = ['pending_micro', 'reserved_micro'] as const;

/**
 * The part of a transaction that adds these amounts (micro-units, negative ones too) to an account,
 * which it creates where there is none; refused when `lifetime_micro` would be no int64 any more,
 * and when an amount is not in the part that it leaves, which no sound item ever asks for.
 */
export const accountChange = (table: string, userId: string, change: Partial<Balance>) => {
  const leaving = GUARDED.map((part) => ({ part, amountMicro: -(change[part] ?? 0n) })).filter(
    ({ amountMicro }) => amountMicro > 0n,
  );
  const guards = leaving.map(({ part }) => ` AND ${part} >= :leaving_${part}`).join('');
  return {
    Update: {
      TableName: table,
      Key: { user_id: userId },
      UpdateExpression: ADD_ALL,
      ConditionExpression: guards === '' ? LIFETIME_HAS_ROOM : `(${LIFETIME_HAS_ROOM})${guards}`,
      ExpressionAttributeValues: {
        ...Object.fromEntries(
          leaving.map(({ part, amountMicro }) => [`:leaving_${part}`, amountMicro]),
        ),
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
  };
};

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

const PENDING_IS_THERE = 'pending_micro >= :amount';

const UNLOCK =
  'SET pending_micro = pending_micro - :amount, available_micro = available_micro + :amount ' +
  'ADD version :one';

/** The part that moves the amount of unlocked rewards from `pending_micro` to `available_micro`. */
export const accountUnlock = (table: string, userId: string, amountMicro: bigint) => ({
  Update: {
    TableName: table,
    Key: { user_id: userId },
    UpdateExpression: UNLOCK,
    ConditionExpression: PENDING_IS_THERE,
    ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
  },
});
