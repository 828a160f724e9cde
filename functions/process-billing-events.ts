/** The billing side's events from the queue: rewards and invoices that come and go. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readTables } from '../lib/config.ts';
import { applyBatch } from '../lib/store/billing/batch.ts';
import { connect, openStore } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Accounts', 'Rewards', 'Invoices');
const connection = connect();

/** The queue keeps only the messages named in the answer. */
export const handler = async (
  { Records }: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> => {
  const failed = await applyBatch(openStore(connection, tables, context), Records);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
