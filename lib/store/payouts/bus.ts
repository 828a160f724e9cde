/** The event bus that changes of payouts leave on. */
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { logWarning } from '../../log.ts';
import type { PayoutEvent } from '../../payout-events.ts';
import { systemTime, type Time } from '../../time.ts';
import { attempts } from '../dynamodb/retry.ts';

const ATTEMPT_TIMEOUT_MS = 3000;
const CONNECT_TIMEOUT_MS = 1000;

/** What a bus has not taken by then is left to the stream, which offers it again. */
const ATTEMPTS = 4;

export type Bus = { client: EventBridgeClient; time: Time; attemptTimeoutMs: number };
export type BusOptions = { attemptTimeoutMs?: number; time?: Time };

export function createBus({
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
  time = systemTime,
}: BusOptions = {}): Bus {
  const client = new EventBridgeClient({
    // A call can be half taken, which the SDK does not retry; so the retries of whole calls are
    // made here too.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: attemptTimeoutMs,
    },
  });
  return { client, time, attemptTimeoutMs };
}

/**
 * Puts at most ten events onto the bus, each at least once, in no order among them. Gives the index
 * of the first one that the bus did not take before the attempts or the time (`deadlineMs`, epoch
 * milliseconds) ran out.
 */
export async function putEvents(
  bus: Bus,
  busName: string,
  events: readonly PayoutEvent[],
  deadlineMs: number,
): Promise<number | undefined> {
  let left = [...events.keys()];
  for await (const attempt of attempts(bus.time, deadlineMs)) {
    const entries = left.map((index) => entry(busName, events[index] as PayoutEvent));
    const results = await send(bus, entries, deadlineMs);
    const errors = new Set(results.map(({ ErrorCode }) => ErrorCode).filter(Boolean));
    left = left.filter((_, position) => results[position]?.EventId === undefined);
    if (left.length === 0) return undefined;
    logWarning('retrying', { attempt, failure: 'events_not_taken', error: [...errors].join(', ') });
    if (attempt === ATTEMPTS) break;
  }
  return left[0];
}

/** What became of each entry; where there was no answer, the same error for all of them. */
async function send(
  { client, time, attemptTimeoutMs }: Bus,
  Entries: PutEventsRequestEntry[],
  deadlineMs: number,
): Promise<PutEventsResultEntry[]> {
  const requestTimeout = Math.max(1, Math.min(attemptTimeoutMs, deadlineMs - time.now()));
  try {
    return (await client.send(new PutEventsCommand({ Entries }), { requestTimeout })).Entries ?? [];
  } catch (error) {
    return Entries.map(() => ({ ErrorCode: (error as Error).name }));
  }
}

const entry = (
  EventBusName: string,
  { type, source, time, detail }: PayoutEvent,
): PutEventsRequestEntry => ({
  EventBusName,
  Source: source,
  DetailType: type,
  Time: new Date(time),
  Detail: detail,
});
