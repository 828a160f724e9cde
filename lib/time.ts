/** Times: the clock of everything that waits or retries, and RFC 3339 as others write it. */
import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';

/** Tests bring their own. */
export type Time = {
  /** Milliseconds since the epoch. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<unknown>;
  /** A fraction in [0, 1). */
  random: () => number;
};

export const systemTime: Time = { now: Date.now, sleep: setTimeout, random: Math.random };

/** Far more than the clocks of two instances differ, and than a run of any function takes. */
export const CLOCKS_DIFFER_MS = 15 * 60 * 1000;

/** What Lambda's context tells of the time that is left. */
export type TimeLeft = { getRemainingTimeInMillis: () => number };

/** Time for the response to get out before Lambda's time-out. */
const RESERVE_MS = 1000;

/** When an invocation must stop talking to other services, in epoch milliseconds. */
export const deadlineOf = (context: TimeLeft, nowMs: number): number =>
  nowMs + context.getRemainingTimeInMillis() - RESERVE_MS;

/** RFC 3339 in UTC with milliseconds, as every time on the wire. */
export const rfc3339 = (epochMilliseconds: number): string =>
  new Date(epochMilliseconds).toISOString();

/** A time in an item: as `rfc3339` writes it, to the letter, since the text sorts as the times do. */
export const StoredTime = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((text) => {
    const epochMilliseconds = Date.parse(text);
    return !Number.isNaN(epochMilliseconds) && rfc3339(epochMilliseconds) === text;
  }),
);

export const DAY_MS = 24 * 60 * 60 * 1000;

/** The UTC day of this moment, as `2026-11-27`. */
export const dayOf = (epochMilliseconds: number): string => rfc3339(epochMilliseconds).slice(0, 10);

/** When the day ends (RFC 3339). */
export const endOf = (day: string): string => rfc3339(Date.parse(day) + DAY_MS);

const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const MILLISECOND_DIGITS = 3;

/**
 * An RFC 3339 time with any offset, as UTC with milliseconds, so that times sort as text. What is
 * finer is rounded up, so that no reward unlocks before its time. Leap seconds are refused, since
 * JavaScript's clock has none, and so are years that take more than four digits in UTC.
 */
export const anyTimestamp = () =>
  v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const utc = toUtc(dataset.value);
      if (utc !== undefined) return utc;
      addIssue();
      return NEVER;
    }),
  );

function toUtc(text: string): string | undefined {
  // Stryker disable next-line StringLiteral, ArrayDeclaration: no match has no day
  const [, day = '', time = '', fraction = '', offset = ''] = RFC_3339.exec(text) ?? [];
  // JavaScript reads February 30 as March 2, and no day at all as NaN.
  const dayExists = Number(day.slice(-2)) === new Date(`${day}T00:00:00Z`).getUTCDate();
  if (!dayExists) return undefined;
  // Stryker disable next-line MethodExpression: V8 alone cuts off further digits
  const milliseconds = fraction.slice(0, MILLISECOND_DIGITS).padEnd(MILLISECOND_DIGITS, '0');
  const isFiner = /[1-9]/.test(fraction.slice(MILLISECOND_DIGITS));
  const utc = rfc3339(
    // Stryker disable next-line MethodExpression: V8 alone takes a small z
    Date.parse(`${day}T${time}.${milliseconds}${offset.toUpperCase()}`) + Number(isFiner),
  );
  return utc.length === '0000-00-00T00:00:00.000Z'.length ? utc : undefined;
}
