/** Budgets after a restore: none says less than what the payouts say was claimed of it. */

import { newId } from '../../ids.ts';
import { DAY_MS, dayOf } from '../../time.ts';
import { asRead } from '../dynamodb/as-read.ts';
import { getItem, scanPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { commit } from '../dynamodb/transaction.ts';

/** A budget that says less, or cannot be read, and how much it has to say (micro-units). */
export type Raise = { network: string; day: string; was: unknown; claimedMicro: bigint };

/** So often in a row a claim, or what is given back, may have come first. */
const ATTEMPTS = 10;

/**
 * The budgets of today and yesterday that say less than the payouts do, raised to that if `apply`
 * says so. It reads the whole table of payouts. None is lowered: what was given back since is not
 * known of a payout that was lost. Throws when a budget keeps changing, or the database fails.
 */
export async function raiseBudgets(
  store: Store<'Payouts' | 'Budgets'>,
  apply: boolean,
): Promise<Raise[]> {
  const raises: Raise[] = [];
  for (const [key, claimedMicro] of await claimedByPayouts(store)) {
    const [network, day] = key.split(' ') as [string, string];
    const raise = await raiseTo(store, { network, day }, claimedMicro, apply);
    if (raise) raises.push(raise);
  }
  return raises;
}

/** By network and day. */
async function claimedByPayouts(store: Store<'Payouts'>): Promise<[string, bigint][]> {
  const claimed = new Map<string, bigint>();
  const scan = {
    TableName: store.tables.Payouts,
    ProjectionExpression: 'network, budget_day, amount_micro',
    FilterExpression: 'budget_day >= :yesterday',
    ExpressionAttributeValues: { ':yesterday': dayOf(store.nowMs - DAY_MS) },
    ConsistentRead: true,
  };
  for await (const page of scanPages(store, scan, undefined))
    for (const { network, budget_day, amount_micro } of page) {
      const key = `${network} ${budget_day}`;
      if (typeof amount_micro === 'bigint')
        claimed.set(key, (claimed.get(key) ?? 0n) + amount_micro);
    }
  return [...claimed].sort();
}

async function raiseTo(
  store: Store<'Budgets'>,
  key: { network: string; day: string },
  claimedMicro: bigint,
  apply: boolean,
): Promise<Raise | undefined> {
  for await (const attempt of attempts(store)) {
    const item = await getItem(store, 'Budgets', key);
    const was = item?.claimed_micro;
    if (typeof was === 'bigint' && was >= claimedMicro) return undefined;
    const raise = { ...key, was, claimedMicro };
    if (!apply) return raise;
    const { condition, names, values } = asRead(item, 'network');
    const update = {
      TableName: store.tables.Budgets,
      Key: key,
      UpdateExpression: 'SET claimed_micro = :claimed',
      ConditionExpression: condition,
      ...(item && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: { ...values, ':claimed': claimedMicro },
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
  throw new Error(`the budget of ${key.network} on ${key.day} keeps changing`);
}
