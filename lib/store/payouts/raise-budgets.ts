/** Budgets and daily limits after a restore: none says less than what the payouts say counts on it. */
import { newId } from '../../ids.ts';
import { DAY_MS, dayOf } from '../../time.ts';
import { asRead } from '../dynamodb/as-read.ts';
import { getItem, scanPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';
import { expiresAt } from './daily-limits.ts';

/** Where an amount counts: on a network's budget of the day, or on a user's limit. */
type Place =
  | { table: 'Budgets'; key: { network: string; day: string } }
  | { table: 'DailyLimits'; key: { user_id: string; day: string } };

const COUNTS = { Budgets: 'claimed_micro', DailyLimits: 'requested_micro' } as const;

/** One that says less, or cannot be read, and how much it has to say (micro-units). */
export type Raise = Place & { was: unknown; micro: bigint };

type Tables = 'Payouts' | 'Budgets' | 'DailyLimits';

/** So often in a row a claim, or what is given back, may have come first. */
const ATTEMPTS = 10;

/**
 * The budgets and limits of today and yesterday that say less than the payouts do, raised to that if `apply`
 * says so. It reads the whole table of payouts. None is lowered: what was given back since is not
 * known of a payout that was lost. Throws when one keeps changing, or the database fails.
 */
export async function raiseBudgets(store: Store<Tables>, apply: boolean): Promise<Raise[]> {
  const raises: Raise[] = [];
  for (const { place, micro } of await countedByPayouts(store)) {
    const raise = await raiseTo(store, place, micro, apply);
    if (raise) raises.push(raise);
  }
  return raises;
}

/** In the order of table, network or user, and day. */
async function countedByPayouts(store: Store<'Payouts'>) {
  const counted = new Map<string, { place: Place; micro: bigint }>();
  const add = (place: Place, micro: bigint) => {
    const name = [place.table, ...Object.values(place.key)].join(' ');
    counted.set(name, { place, micro: (counted.get(name)?.micro ?? 0n) + micro });
  };
  const yesterday = dayOf(store.nowMs - DAY_MS);
  const isRecent = (day: unknown): day is string => typeof day === 'string' && day >= yesterday;
  const scan = {
    TableName: store.tables.Payouts,
    ProjectionExpression: 'user_id, network, budget_day, limit_day, amount_micro',
    FilterExpression: 'budget_day >= :yesterday OR limit_day >= :yesterday',
    ExpressionAttributeValues: { ':yesterday': yesterday },
    ConsistentRead: true,
  };
  for await (const page of scanPages(store, scan, undefined))
    for (const { user_id, network, budget_day, limit_day, amount_micro } of page) {
      if (typeof amount_micro !== 'bigint') continue;
      if (isRecent(budget_day))
        add({ table: 'Budgets', key: { network: String(network), day: budget_day } }, amount_micro);
      if (isRecent(limit_day))
        add(
          { table: 'DailyLimits', key: { user_id: String(user_id), day: limit_day } },
          amount_micro,
        );
    }
  // Stryker disable next-line EqualityOperator: each name is there once
  return [...counted].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
}

async function raiseTo(
  store: Store<Tables>,
  place: Place,
  micro: bigint,
  apply: boolean,
): Promise<Raise | undefined> {
  for await (const attempt of attempts(store)) {
    const { table, key } = place;
    const item = await getItem(store, table, key);
    const was = item?.[COUNTS[table]];
    if (typeof was === 'bigint' && was >= micro) return undefined;
    const raise = { ...place, was, micro };
    if (!apply) return raise;
    const { condition, names, values } = asRead(item, Object.keys(key)[0]);
    const expires = table === 'DailyLimits' && { ':expires': expiresAt(key.day) };
    const update = {
      TableName: store.tables[table],
      Key: key,
      UpdateExpression: `SET ${COUNTS[table]} = :counted${expires ? ', expires_at = :expires' : ''}`,
      ConditionExpression: condition,
      ...(item && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: { ...values, ':counted': micro, ...expires },
    };
    const { applied } = await commit(store, {
      parts: { budget: { Update: update } },
      token: newId(store.time.now()),
      // The token makes a repeated send the same one, and the next look tells the rest.
      wasApplied: async () => false,
    });
    if (applied) return raise;
    if (attempt === ATTEMPTS) break;
  }
  throw new Error(`${place.table} of ${Object.values(place.key).join(' on ')} keeps changing`);
}
