/** The billing side's events from the queue: rewards and invoices that come and go. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { deadline } from '../lib/http/event.ts';
import { applyBatch } from '../lib/store/billing/batch.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';

const config = readConfig('ACCOUNTS_TABLE', 'REWARDS_TABLE', 'INVOICES_TABLE');
const db = createDb();

/** The queue keeps only the messages named in the answer. */
export const handler = async (
  { Records }: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> => {
  const failed = await applyBatch(db, config, Records, deadline(context, db.time));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
