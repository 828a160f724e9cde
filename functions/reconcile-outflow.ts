/** The daily look at the chains: whether what left by them is what the books say. */
import type { Context } from 'aws-lambda';
import { readConfig, readTables } from '../lib/config.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { connectVerifiers } from '../lib/store/payouts/chain/open-verifiers.ts';
import { compareOutflow } from '../lib/store/payouts/chain/compare-outflow.ts';

const tables = readTables('Evidence', 'Payouts');
const connection = connect();
const verifiers = connectVerifiers(readConfig('CHAINS', 'CHAIN_SECRET'));

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  const store = openStore(connection, tables, context);
  await compareOutflow(store, await verifiers.open(store));
};
