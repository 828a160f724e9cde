/** When to send a call again. */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/** Who is told to come back later than this is told by an error, and not kept waiting. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * How long to wait before the next attempt after `retries` of them, or undefined when that would be
 * too long. Full jitter spreads the callers that failed together (AWS Architecture Blog,
 * "Exponential Backoff And Jitter"); it comes on top of what the reply asked for, or they would all
 * be back at that very second.
 */
export function pauseBefore(retries: number, retryAfterMs = 0): number | undefined {
  if (retryAfterMs > LONGEST_RETRY_AFTER_MS) return undefined;
  return retryAfterMs + Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retries);
}

/**
 * RFC 9110's Retry-After, seconds or a date; undefined when there is none, or none that can be
 * read.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
