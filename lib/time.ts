/**
 * The clock, the pauses and the dice of everything that waits or retries; tests bring their own.
 */
import { setTimeout } from 'node:timers/promises';

export type Time = {
  /** Milliseconds since the epoch. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<unknown>;
  /** A fraction in [0, 1). */
  random: () => number;
};

export const systemTime: Time = { now: Date.now, sleep: setTimeout, random: Math.random };

/** RFC 3339 in UTC with milliseconds, as every time on the wire. */
export const rfc3339 = (epochMilliseconds: number): string =>
  new Date(epochMilliseconds).toISOString();
