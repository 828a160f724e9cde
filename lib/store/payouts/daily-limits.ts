/** The DailyLimits table: how much a user requested on a UTC day, in micro-units. */
import * as v from 'valibot';
import { ApiError } from '../../errors.ts';
import { Micro } from '../../money.ts';
import { DAY_MS, endOf } from '../../time.ts';
import { parseItem } from '../dynamodb/item.ts';
import { getItem, getItemBetweenTransactions, type Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';

export const DailyLimit = v.object({
  requested_micro: v.optional(Micro, 0n),
  /** Epoch seconds. Nobody asks for a day that is over; it stays for whoever looks back. */
  expires_at: v.optional(v.bigint()),
});
export type DailyLimit = v.InferOutput<typeof DailyLimit>;

export type LimitKey = { user_id: string; day: string };

const KEPT_DAYS = 31;

/** In epoch seconds: so long after its end nobody looks back on a day. */
export const expiresAt = (day: string): number =>
  (Date.parse(endOf(day)) + KEPT_DAYS * DAY_MS) / 1000;

const FITS = 'requested_micro <= :room';
const FITS_OR_IS_FIRST = `attribute_not_exists(requested_micro) OR ${FITS}`;

const count = (table: string, key: LimitKey, amountMicro: bigint) => ({
  TableName: table,
  Key: key,
  UpdateExpression: 'SET expires_at = :expires ADD requested_micro :amount',
  ExpressionAttributeValues: {
    ':amount': amountMicro,
    ':expires': expiresAt(key.day),
  },
});

/** An amount, and the stage's limit that it has to fit into, in micro-units. */
export type Taken = { amountMicro: bigint; limitMicro: bigint };

/** The part that counts the amount on the user's day, if it fits within `limitMicro`. */
export function takePart(table: string, key: LimitKey, { amountMicro, limitMicro }: Taken) {
  const update = count(table, key, amountMicro);
  const room = limitMicro - amountMicro;
  return {
    Update: {
      ...update,
      ConditionExpression: room < 0n ? FITS : FITS_OR_IS_FIRST,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':room': room },
    },
  };
}

/** What a payout that counted on its owner's day, and does not any more, gives back to that day. */
export function giveBackPart(
  table: string | undefined,
  before: { user_id: string; amount_micro: bigint; limit_day?: string | undefined },
  after: { limit_day?: string | undefined },
) {
  const { user_id, amount_micro, limit_day: day } = before;
  if (day === undefined || after.limit_day !== undefined) return undefined;
  if (table === undefined) throw new Error('what gives back to a daily limit needs the limits');
  return { Update: count(table, { user_id, day }, -amount_micro) };
}

/** What `/me` and refusals say: the limit, what is left of it, and when the next day begins. */
export type LimitState = { limit_micro: bigint; remaining_micro: bigint; resets_at: string };

/** The user's limit of this day. */
export const readLimit = async (
  store: Store<'DailyLimits'>,
  key: LimitKey,
  limitMicro: bigint,
): Promise<LimitState> => stateOf(store, key, limitMicro, await getItem(store, 'DailyLimits', key));

/**
 * Why the day's limit refuses the amount, by the item that did; undefined when it does not.
 * DynamoDB may report the balance alone, while the limit, which comes first, has no room: without an
 * item it is read.
 */
export async function limitExceeded(
  store: Store<'DailyLimits'>,
  key: LimitKey,
  { amountMicro, limitMicro, refused }: Taken & { refused: Item | undefined },
): Promise<ApiError | undefined> {
  const item = refused ?? (await getItemBetweenTransactions(store, 'DailyLimits', key));
  const state = stateOf(store, key, limitMicro, item);
  return refused || amountMicro > state.remaining_micro
    ? new ApiError('payout_limit_exceeded', state)
    : undefined;
}

function stateOf(
  { tables }: Store<'DailyLimits'>,
  { day }: LimitKey,
  limitMicro: bigint,
  item: Item = {},
): LimitState {
  const { requested_micro } = parseItem(DailyLimit, item, tables.DailyLimits);
  return limitState(limitMicro, requested_micro, day);
}

/** Of a limit of this day, of which so much is taken (micro-units). */
export function limitState(limitMicro: bigint, takenMicro: bigint, day: string): LimitState {
  const left = limitMicro - takenMicro;
  return {
    limit_micro: limitMicro,
    // Stryker disable next-line EqualityOperator: nothing is left of either
    remaining_micro: left < 0n ? 0n : left,
    resets_at: endOf(day),
  };
}
