/** The arithmetic of an account: every expression that changes one is here. */
import { type Balance, EMPTY_ACCOUNT } from '../../account.ts';
import { INT64_MAX } from '../../money.ts';
import { asRead } from '../dynamodb/as-read.ts';
import type { Item } from '../dynamodb/read.ts';

const { version: _, ...NOTHING } = EMPTY_ACCOUNT;

/**
 * No part of a balance is ever larger than the lifetime was when it grew, and the available part is
 * never further below zero than that. So this one condition keeps every number an int64.
 */
const LIFETIME_HAS_ROOM = '(attribute_not_exists(user_id) OR lifetime_micro <= :room)';

const IS_THERE = 'attribute_exists(user_id)';

/** Nothing leaves these parts that is not there; `available_micro` alone may go below zero. */
const GUARDED = ['pending_micro', 'reserved_micro'] as const;

/**
 * The part of a transaction that adds these amounts (micro-units, negative ones too) to an account.
 * One that says what is earned, at least nothing, creates an account where there is none, and is
 * refused when `lifetime_micro` would be no int64 any more. Any other is refused where there is no
 * account, and when an amount is not in the part that it leaves, which no sound item ever asks for.
 * It names no part that it leaves alone, so that the role of who only moves money needs no right to
 * write the rest.
 */
export const accountChange = (table: string, userId: string, change: Partial<Balance>) => {
  const { lifetime_micro: earned = -1n } = change;
  const earns = earned >= 0n;
  const amounts: Partial<Balance> = earns ? { ...NOTHING, ...change } : change;
  const leaving = GUARDED.map((part) => ({ part, amountMicro: -(change[part] ?? 0n) })).filter(
    ({ amountMicro }) => amountMicro > 0n,
  );
  const conditions = [
    earns ? LIFETIME_HAS_ROOM : IS_THERE,
    ...leaving.map(({ part }) => `${part} >= :leaving_${part}`),
  ];
  const added = Object.keys(amounts).map((part) => `${part} :${part}`);
  return {
    Update: {
      TableName: table,
      Key: { user_id: userId },
      UpdateExpression: `ADD ${added.join(', ')}, version :one`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeValues: {
        ...Object.fromEntries(
          leaving.map(({ part, amountMicro }) => [`:leaving_${part}`, amountMicro]),
        ),
        ...Object.fromEntries(
          Object.entries(amounts).map(([part, amountMicro]) => [`:${part}`, amountMicro]),
        ),
        ':one': 1n,
        ...(earns && { ':room': INT64_MAX - earned }),
      },
    },
  };
};

/** Nothing leaves an account that operators have frozen; its item comes with the refusal. */
const IS_NOT_FROZEN = 'attribute_not_exists(frozen)';
const WITH_ITEM = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

/** The part that writes nothing, and is refused where the account is frozen. */
export const accountNotFrozen = (table: string, userId: string) => ({
  ConditionCheck: {
    TableName: table,
    Key: { user_id: userId },
    ConditionExpression: IS_NOT_FROZEN,
    ...WITH_ITEM,
  },
});

/** The same change, which is also refused where the account is frozen. */
export const unlessFrozen = ({ Update }: ReturnType<typeof accountChange>) => ({
  Update: {
    ...Update,
    ConditionExpression: `${Update.ConditionExpression} AND ${IS_NOT_FROZEN}`,
    ...WITH_ITEM,
  },
});

/** Whether the account that refused a part is frozen. */
export const isFrozen = (account: Record<string, unknown> | undefined): boolean =>
  account?.frozen !== undefined;

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
    ConditionExpression: `${IS_NOT_FROZEN} AND (${BALANCE_IS_THERE})`,
    ExpressionAttributeValues: { ':amount': amountMicro, ':one': 1n },
    ...WITH_ITEM,
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

/**
 * The part that gives an account these attributes whatever it held, if it still is as it was read.
 * Without a balance it takes all numbers away: nobody can then use the account, which is corrupt
 * until they are there again.
 */
export function accountRestored(
  table: string,
  userId: string,
  was: Item | undefined,
  { balance, ...attributes }: Item & { balance?: Balance | undefined },
) {
  const { condition, names, values } = asRead(was);
  const set = Object.entries({ ...attributes, ...balance }).map(([name, value], at) => ({
    name,
    value,
    at,
  }));
  const sets = `SET ${set.map(({ at }) => `#set${at} = :set${at}`).join(', ')}`;
  return {
    Update: {
      TableName: table,
      Key: { user_id: userId },
      UpdateExpression: balance ? sets : `${sets} REMOVE ${Object.keys(NOTHING).join(', ')}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: {
        ...names,
        ...Object.fromEntries(set.map(({ name, at }) => [`#set${at}`, name])),
      },
      ExpressionAttributeValues: {
        ...values,
        ...Object.fromEntries(set.map(({ value, at }) => [`:set${at}`, value])),
      },
    },
  };
}
