/**
 * The part of a transaction that changes an account, and creates the account of a user who has none
 * yet.
 */
import type { Balance } from '../../account.ts';
import { INT64_MAX } from '../../money.ts';

const ADD_ALL =
  'ADD available_micro :available, pending_micro :pending, reserved_micro :reserved, ' +
  'paid_out_micro :paid_out, spent_micro :spent, lifetime_micro :lifetime, version :one';

/**
 * No part of a balance is ever larger than the lifetime was when it grew, and the available part is
 * never further below zero than that. So this one condition keeps every number of an account an
 * int64.
 */
const LIFETIME_HAS_ROOM = 'attribute_not_exists(user_id) OR lifetime_micro <= :room';

/**
 * Adds these amounts (micro-units, negative ones too); refused when `lifetime_micro` would no
 * longer be an int64.
 */
export const accountChangePart = (table: string, userId: string, change: Partial<Balance>) => ({
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
