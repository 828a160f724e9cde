/** The scheduled look at the queue: logs how long payouts have been waiting, for an alarm. */
import type { Context } from 'aws-lambda';
import { readTables } from '../lib/config.ts';
import { logInfo } from '../lib/log.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';
import { measureQueue } from '../lib/store/payouts/queue-age.ts';

const tables = readTables('Payouts');
const connection = connect();

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  logInfo('queue_measured', await measureQueue(openStore(connection, tables, context)));
};
