/** The event bus that changes of payouts leave on. */
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { logWarning } from '../../log.ts';
import type { PayoutChange, PayoutEvent } from '../../payout.ts';
import { systemTime, type Time } from '../../time.ts';
import { attempts } from '../dynamodb/retry.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  attemptOptions,
  type ConnectOptions,
  clientOptions,
} from '../dynamodb/store.ts';

/** What a bus has not taken by then is left to the stream, which offers it again. */
const ATTEMPTS = 4;

/** PutEvents takes ten. */
const CHANGES_PER_CALL = 10;

/** `name` is the bus's. */
export type Bus = {
  client: EventBridgeClient;
  name: string;
  time: Time;
  attemptTimeoutMs: number;
};

/** A call can be half taken, which the SDK does not retry; so whole calls are repeated here too. */
export const connectBus = (
  name: string,
  { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS, time = systemTime }: ConnectOptions = {},
): Bus => {
  const client = new EventBridgeClient(clientOptions(attemptTimeoutMs));
  return { client, name, time, attemptTimeoutMs };
};

/**
 * The changes in calls of at most ten, none of which has two of the same payout: a bus may take
 * some events of a call and not the others, and a payout's later change must not get out before its
 * earlier one.
 */
export function inCalls<Change extends PayoutChange>(changes: readonly Change[]): Change[][] {
  const calls: Change[][] = [];
  let payoutIds = new Set<string>();
  for (const change of changes) {
    const call = calls.at(-1);
    if (!call || call.length === CHANGES_PER_CALL || payoutIds.has(change.payout.id)) {
      calls.push([change]);
      payoutIds = new Set();
    } else call.push(change);
    payoutIds.add(change.payout.id);
  }
  return calls;
}

/**
 * Puts at most ten events onto the bus, each at least once, in no order among them. Gives the index
 * of the first one that the bus did not take before the attempts or the time (`deadlineMs`, epoch
 * milliseconds) ran out.
 */
export async function putEvents(
  bus: Bus,
  events: readonly PayoutEvent[],
  deadlineMs: number,
): Promise<number | undefined> {
  let left = [...events.entries()];
  for await (const attempt of attempts({ time: bus.time, deadlineMs })) {
    const entries = left.map(([, event]) => entry(bus.name, event));
    const results = await send(bus, entries, deadlineMs);
    const errors = new Set(results.map(({ ErrorCode }) => ErrorCode).filter(Boolean));
    left = left.filter((_, position) => results[position]?.EventId === undefined);
    if (left.length === 0) return undefined;
    logWarning('retrying', { attempt, failure: 'events_not_taken', error: [...errors].join(', ') });
    if (attempt === ATTEMPTS) break;
  }
  // Stryker disable next-line OptionalChaining: what was not taken has a first
  return left[0]?.[0];
}

/** What became of each entry; where there was no answer, the same error for all of them. */
async function send(
  bus: Bus,
  Entries: PutEventsRequestEntry[],
  deadlineMs: number,
): Promise<PutEventsResultEntry[]> {
  const options = attemptOptions({ ...bus, deadlineMs });
  try {
    // Stryker disable next-line ArrayDeclaration: a text has no EventId either
    return (await bus.client.send(new PutEventsCommand({ Entries }), options)).Entries ?? [];
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
