/**
 * A step of the reconciliation: as many accounts as fit, what was found so far, and where the next
 * goes on; at the end the results of all parts become one.
 */
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { readTables } from '../lib/config.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { Part, Run, together } from '../lib/store/reconcile/progress.ts';
import { reconcile } from '../lib/store/reconcile/reconcile-accounts.ts';

/** What a step returned is what the next one gets, with what was found so far. */
const Step = v.strictObject({
  checked: v.optional(Run.entries.checked, 0),
  drifted: v.optional(Run.entries.drifted, 0),
  skipped: v.optional(Run.entries.skipped, 0),
  accounts: v.optional(Run.entries.accounts, []),
  next: v.nullish(v.pipe(v.string(), v.nonEmpty())),
  part: v.optional(Part),
});

/** Or the results of all parts, to be one. */
const Event = v.union([v.strictObject({ parts: v.array(Run) }), Step]);

const tables = readTables('Accounts', 'Rewards', 'Payouts', 'Invoices', 'IdempotencyKeys');
const connection = connect();

export const handler = async (event: unknown, context: Context) => {
  const given = v.parse(Event, event);
  if ('parts' in given) return together(given.parts);
  const { next: start, part, ...soFar } = given;
  const store = openStore(connection, tables, context);
  const { next, ...found } = await reconcile(store, start ?? undefined, part);
  return { ...together([soFar, found], part?.of), part, next };
};
