/**
 * Delivers the records of a stream to a function: again from the first that failed, until it
 * succeeds or is given up.
 */
import { setTimeout } from 'node:timers/promises';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import type { InvokeOutcome } from '../lambda/runtime.ts';
import { REGION } from '../template/intrinsics.ts';
import type { LocalMapping } from '../template/local-stack.ts';
import type { DeadLetters } from './dead-letters.ts';
import { failedIds } from './sqs.ts';

export interface DeliveryOptions {
  mapping: LocalMapping;
  invoke: (functionName: string, event: unknown) => Promise<InvokeOutcome>;
  deadLetters: DeadLetters;
}

const FIRST_PAUSE_MS = 100;
export const LONGEST_PAUSE_MS = 1000;

/** Over at once when `ending` is. */
export const pause = (ms: number, ending: AbortSignal) =>
  setTimeout(ms, undefined, { signal: ending }).catch(() => undefined);

/** Resolves once every record was processed or given up, or when `ending` is over. */
export async function deliver(
  records: StreamRecord[],
  streamArn: string,
  options: DeliveryOptions,
  ending: AbortSignal,
): Promise<void> {
  const { retries = Number.POSITIVE_INFINITY } = options.mapping;
  let rest = records;
  for (let attempt = 1; rest.length > 0 && !ending.aborted; attempt++) {
    const first = await firstFailure(rest, streamArn, options);
    // What is first now has been tried only once.
    if (first > 0) attempt = 1;
    rest = rest.slice(first);
    if (rest.length === 0) return;
    if (attempt > retries) {
      giveUp(rest.shift() as StreamRecord, options);
      attempt = 0;
    } else await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), ending);
  }
}

/**
 * The position of the first record that was not processed; the number of records when all of them
 * were.
 */
async function firstFailure(
  records: StreamRecord[],
  streamArn: string,
  { invoke, mapping }: DeliveryOptions,
): Promise<number> {
  const event = { Records: records.map((record) => lambdaRecord(record, streamArn)) };
  const failed = failedIds(await invoke(mapping.functionName, event), mapping);
  if (failed === undefined) return 0;
  if (failed.length === 0) return records.length;
  const positions = failed.map((id) =>
    records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === id),
  );
  // A number that is not in the batch fails all of it.
  return Math.max(0, Math.min(...positions));
}

function giveUp(record: StreamRecord, { deadLetters, mapping }: DeliveryOptions): void {
  const id = record.dynamodb?.SequenceNumber ?? '';
  deadLetters.add({ queue: mapping.deadLetters ?? '', id, body: JSON.stringify(record) });
}

/** The SDK has read the time as a Date, where Lambda hands on DynamoDB's epoch seconds. */
function lambdaRecord(record: StreamRecord, eventSourceARN: string) {
  const { ApproximateCreationDateTime: createdAt, ...dynamodb } = record.dynamodb ?? {};
  const seconds = createdAt && createdAt.getTime() / 1000;
  return {
    ...record,
    awsRegion: REGION,
    dynamodb: { ApproximateCreationDateTime: seconds, ...dynamodb },
    eventSourceARN,
  };
}
