/** What one operation uses of everything that has a price. */
import type { Cost } from '../bench/capacity/meter.ts';
import {
  billingOperations,
  consoleOperations,
  operatorOperations,
  scheduledOperations,
} from '../bench/capacity/metered-operations.ts';
import { added, type Usage } from './prices.ts';

// Assumed, as there is no AWS account to measure them in: what a call takes from a function in the
// same region, and our own code at 512 MB beside it.
export const CALL_MS = 6;
export const CODE_MS = 5;
export const MEMORY_GB = 0.5;

// As JSON: the start and the report that Lambda logs for each invocation, and one access log line.
const FUNCTION_LOG_GB = 700e-9;
const ACCESS_LOG_GB = 450e-9;
const CHANGE_LOG_GB = 300e-9;
/** What EventBridge archives of an event: at most. */
const EVENT_GB = 1e-6;
/** Body and headers. */
const RESPONSE_GB = 1e-6;

/** EventBridge puts a message in, Lambda takes it out and deletes it. */
const QUEUE_REQUESTS = 3;

const METERED = [
  ...consoleOperations,
  ...operatorOperations,
  ...billingOperations,
  ...scheduledOperations,
];

/** What the benchmark holds the operation of this name to. */
export function unitsOf(name: string): Cost {
  const found = METERED.find(({ what }) => what === name);
  if (found === undefined) throw new Error(`The benchmark meters no operation "${name}".`);
  return found.expected;
}

export const units = ({ read, write }: Cost): Usage => ({ readUnit: read, writeUnit: write });

/** A function that calls other services so many times, one call after the other. */
export const invocation = (calls: number): Usage => ({
  invocation: 1,
  gbSecond: (MEMORY_GB * (CODE_MS + CALL_MS * calls)) / 1000,
  logGb: FUNCTION_LOG_GB,
});

/** An operation's function with what it reads and writes. */
export const run = (name: string): Usage =>
  added(invocation(unitsOf(name).roundTrips), units(unitsOf(name)));

/** By a route; what stands before the API counts only where the stage has it. */
export const request = (name: string): Usage =>
  added(run(name), {
    apiRequest: 1,
    logGb: ACCESS_LOG_GB,
    gbOut: RESPONSE_GB,
    cdnRequest: 1,
    wafRequest: 1,
  });

/** By billing's bus and queue, in the worst case one event for each invocation. */
export const billingEvent = (name: string): Usage =>
  added(run(name), { busEvent: 1, archivedGb: EVENT_GB, queueRequest: QUEUE_REQUESTS });

/** What follows from a payout's change: one call to the bus, in the worst case for each change. */
export const PUBLISHED_CHANGE: Usage = added(invocation(1), {
  busEvent: 1,
  archivedGb: EVENT_GB,
});

/** The line `account_changed`, of whatever changes an account. */
export const LOGGED_ACCOUNT_CHANGE: Usage = { logGb: CHANGE_LOG_GB };
