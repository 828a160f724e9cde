/** The scheduled sweep: unlocks every reward whose time has come. */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { deadline } from '../lib/http/event.ts';
import { logInfo } from '../lib/log.ts';
import { unlockForEverybody } from '../lib/store/balance/sweep.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';

const config = readConfig('ACCOUNTS_TABLE', 'REWARDS_TABLE');
const db = createDb();

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  logInfo('rewards_unlocked', await unlockForEverybody(db, config, deadline(context, db.time)));
};
