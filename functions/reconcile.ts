/** A step of the daily reconciliation: as many accounts as fit, and where the next goes on. */
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { readTables } from '../lib/config.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { type Run, reconcile } from '../lib/store/reconcile/reconcile-accounts.ts';

const Step = v.object({ next: v.nullish(v.pipe(v.string(), v.nonEmpty())) });

const tables = readTables('Accounts', 'Rewards', 'Payouts', 'Invoices', 'IdempotencyKeys');
const connection = connect();

export const handler = (event: unknown, context: Context): Promise<Run> => {
  const { next } = v.parse(Step, event);
  return reconcile(openStore(connection, tables, context), next ?? undefined);
};
