/**
 * The scheduled look at the queue: logs how long payouts have been waiting, which an alarm watches.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { deadline } from '../lib/http/event.ts';
import { logInfo } from '../lib/log.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { measureQueue } from '../lib/store/payouts/queue-age.ts';

const config = readConfig('PAYOUTS_TABLE');
const db = createDb();

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  logInfo(
    'queue_measured',
    await measureQueue(db, config.PAYOUTS_TABLE, deadline(context, db.time)),
  );
};
