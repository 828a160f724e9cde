/** The Budgets table: how much of a network's payouts was claimed on a day, in micro-units. */
import * as v from 'valibot';
import { ApiError } from '../../errors.ts';
import { Micro } from '../../money.ts';
import { isApprovedFor } from '../../settlement/approval.ts';
import type { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import { limitState } from './daily-limits.ts';

export const Budget = v.object({ claimed_micro: v.optional(Micro, 0n) });
export type Budget = v.InferOutput<typeof Budget>;

const FITS = 'claimed_micro <= :room';
const FITS_OR_IS_FIRST = `attribute_not_exists(claimed_micro) OR ${FITS}`;

/**
 * What the change does to a budget: it takes the amount if that fits within `limitMicro`, or without
 * a condition where another identity has approved the payout; it gives back to the day that it was
 * taken from. Undefined when it does neither.
 */
export function budgetPart(
  table: string | undefined,
  before: PayoutWithHistory,
  after: PayoutWithHistory,
  limitMicro: bigint,
) {
  if (after.budget_day === before.budget_day) return undefined;
  if (table === undefined) throw new Error('a change of what counts on a budget needs the budgets');
  const { network, amount_micro } = after;
  const takes = after.budget_day !== undefined;
  const update = {
    TableName: table,
    Key: { network, day: after.budget_day ?? before.budget_day },
    UpdateExpression: 'ADD claimed_micro :amount',
    ExpressionAttributeValues: { ':amount': takes ? amount_micro : -amount_micro },
  };
  // Every step leaves an entry.
  const { by } = after.history.at(-1) as { by: string };
  if (!takes || isApprovedFor(before, by)) return { Update: update };
  const room = limitMicro - amount_micro;
  return {
    Update: {
      ...update,
      ConditionExpression: room < 0n ? FITS : FITS_OR_IS_FIRST,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':room': room },
    },
  };
}

/** What the budget says that refused: how much is left of it, and until when it is that. */
export function budgetExceeded(table: string, item: Item, limitMicro: bigint, day: string) {
  const { claimed_micro } = parseItem(Budget, item, table);
  return new ApiError('outflow_budget_exceeded', limitState(limitMicro, claimed_micro, day));
}
