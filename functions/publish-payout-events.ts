/** The stream of payouts: every change of a status leaves on the bus, in order, at least once. */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { payoutEvent } from '../lib/payout.ts';
import { connectBus, inCalls, putEvents } from '../lib/store/payouts/bus.ts';
import { readChanges } from '../lib/store/payouts/stream.ts';
import { deadlineOf } from '../lib/time.ts';

const { PAYOUT_EVENT_BUS } = readConfig('PAYOUT_EVENT_BUS');
const bus = connectBus(PAYOUT_EVENT_BUS);

/**
 * The stream goes on at the record named in the answer, so that nothing after it overtakes it. One
 * that cannot be read is never named: it would come again for ever, and hold up everybody.
 */
export const handler = async (
  { Records }: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  const deadlineMs = deadlineOf(context, bus.time.now());
  for (const call of inCalls(readChanges(Records))) {
    const notTaken = await putEvents(bus, call.map(payoutEvent), deadlineMs);
    // Stryker disable next-line OptionalChaining: the bus names an event of this very call
    if (notTaken !== undefined) return goOnAt(call[notTaken]?.sequenceNumber);
  }
  return { batchItemFailures: [] };
};

/** Without a number Lambda offers the whole batch again. */
// Stryker disable next-line StringLiteral: the bus names an event of this very call
const goOnAt = (sequenceNumber = ''): DynamoDBBatchResponse => ({
  batchItemFailures: [{ itemIdentifier: sequenceNumber }],
});
