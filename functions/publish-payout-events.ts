/**
 * The stream of payouts: every change of a status leaves on the event bus, in order per payout, at
 * least once.
 */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { deadline } from '../lib/http/event.ts';
import { inCalls, payoutEvent } from '../lib/payout-events.ts';
import { createBus, putEvents } from '../lib/store/payouts/bus.ts';
import { readChanges } from '../lib/store/payouts/stream.ts';

const config = readConfig('PAYOUT_EVENT_BUS');
const bus = createBus();

/** The stream goes on at the record named in the answer, so that nothing after it overtakes it. */
export const handler = async (
  { Records }: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  const deadlineMs = deadline(context, bus.time);
  const { changes, unreadable } = readChanges(Records);
  for (const call of inCalls(changes)) {
    const notTaken = await putEvents(
      bus,
      config.PAYOUT_EVENT_BUS,
      call.map(payoutEvent),
      deadlineMs,
    );
    if (notTaken !== undefined) return goOnAt(call[notTaken]?.sequenceNumber);
  }
  return unreadable === undefined ? { batchItemFailures: [] } : goOnAt(unreadable);
};

/** Without a number Lambda offers the whole batch again. */
const goOnAt = (sequenceNumber = ''): DynamoDBBatchResponse => ({
  batchItemFailures: [{ itemIdentifier: sequenceNumber }],
});
