/** The daily look at the chains: whether what left by them is what the books say. */
import type { Context } from 'aws-lambda';
import { readChains } from '../lib/chain-settings.ts';
import { readTables } from '../lib/config.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { compareOutflow } from '../lib/store/payouts/chain/compare-outflow.ts';
import { connectVerifiers } from '../lib/store/payouts/chain/open-verifiers.ts';

const tables = readTables('Evidence', 'Payouts');
const connection = connect();
const verifiers = connectVerifiers(readChains());

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  const store = openStore(connection, tables, context);
  const left = await compareOutflow(store, await verifiers.open(store));
  // Such a run has not ended well, and where none does for days, that rings.
  if (left.length > 0) throw new Error(`not reconciled: ${left.join(', ')}`);
};
