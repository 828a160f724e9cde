/** The scheduled sweep: unlocks every reward whose time has come. */
import type { Context } from 'aws-lambda';
import { readTables } from '../lib/config.ts';
import { logInfo } from '../lib/log.ts';
import { unlockForEverybody } from '../lib/store/balance/sweep.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Accounts', 'Rewards');
const connection = connect();

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  logInfo('rewards_unlocked', await unlockForEverybody(openStore(connection, tables, context)));
};
