/** The scheduled settling: asks the chains what became of what was about to be sent. */
import type { Context } from 'aws-lambda';
import { readChains } from '../lib/chain-settings.ts';
import { readTables } from '../lib/config.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { connectVerifiers } from '../lib/store/payouts/chain/open-verifiers.ts';
import { settleByChain } from '../lib/store/payouts/chain/settle-watched.ts';

const tables = readTables('Accounts', 'Evidence', 'Payouts');
const connection = connect();
const verifiers = connectVerifiers(readChains());

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  const store = openStore(connection, tables, context);
  await settleByChain(store, await verifiers.open(store));
};
