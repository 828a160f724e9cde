/**
 * A step of the daily reconciliation: as many accounts as fit in the time, and where the next step
 * goes on.
 */
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { readConfig } from '../lib/config.ts';
import { deadline } from '../lib/http/event.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { type Run, reconcile } from '../lib/store/reconcile/reconcile.ts';

const Step = v.object({ next: v.nullish(v.pipe(v.string(), v.nonEmpty())) });

const config = readConfig('ACCOUNTS_TABLE', 'REWARDS_TABLE', 'PAYOUTS_TABLE', 'INVOICES_TABLE');
const db = createDb();

export const handler = (event: unknown, context: Context): Promise<Run> => {
  const { next } = v.parse(Step, event);
  return reconcile(db, config, next ?? undefined, deadline(context, db.time));
};
