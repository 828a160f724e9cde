/** Pauses and time limits, which leave no timer or listener behind, and when to try again. */

/** The longest that a timer can run, 24.8 days; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const timer = (callback: () => void, ms: number) =>
  setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));

/** Waits; ends early when the signal fires, which is for the caller to look at. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timeout = timer(end, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });

/**
 * Runs `work`, and rejects as soon as `outer` fires (with its reason) or the time is up (with a
 * TimeoutError), also when `work` does not heed the signal that it is given.
 */
export const within = <Result>(
  limitMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const controller = new AbortController();
    const release = () => {
      clearTimeout(timeout);
      outer?.removeEventListener('abort', follow);
    };
    const stop = (reason: unknown) => {
      release();
      reject(reason);
      controller.abort(reason);
    };
    const follow = () => stop(outer?.reason);
    const timeout = timer(() => stop(new DOMException('The time is up.', 'TimeoutError')), limitMs);
    if (outer?.aborted) return follow();
    outer?.addEventListener('abort', follow);
    work(controller.signal).finally(release).then(resolve, reject);
  });

/** Why `within` rejected with this; undefined when `work` failed by itself. */
export function stopTag(
  reason: unknown,
  outer: AbortSignal | undefined,
): 'aborted' | 'timeout' | undefined {
  if (outer?.aborted) return 'aborted';
  return (reason as Error | undefined)?.name === 'TimeoutError' ? 'timeout' : undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
const DAY_MS = 86_400_000;

/** Who is told to come back later than this is told by an error, and not kept waiting. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * How long to wait before the next attempt after `retries` of them, or undefined when that would be
 * too long. Full jitter spreads the callers that failed together (AWS Architecture Blog,
 * "Exponential Backoff And Jitter"); it comes on top of what the response asked for, or they would
 * all be back at that very second.
 */
export function pauseBefore(retries: number, retryAfterMs = 0): number | undefined {
  if (retryAfterMs > LONGEST_RETRY_AFTER_MS) return undefined;
  return retryAfterMs + Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retries);
}

/** RFC 9110's Retry-After, seconds or a date, up to a day; undefined if it is neither. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d+$/.test(header)
    ? Number(header) * 1000
    : parseHttpDate(header, nowMs) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), DAY_MS);
}

/** RFC 9110's HTTP-date, its two obsolete forms included, in ms since 1970; NaN for all else. */
function parseHttpDate(text: string, nowMs: number): number {
  const date = text
    .replace(/^(\w{3})\w*day, (\d\d)-(\w{3})-(\d\d) /, (_, weekday, day, month, ofCentury) => {
      const thisYear = new Date(nowMs).getUTCFullYear();
      const year = thisYear - (thisYear % 100) + Number(ofCentury);
      return `${weekday}, ${day} ${month} ${year > thisYear + 50 ? year - 100 : year} `;
    })
    .replace(
      /^(\w{3}) (\w{3}) ([ \d]\d) (\S{8}) (\d{4})$/,
      (_, weekday, month, day, time, year) =>
        `${weekday}, ${day.replace(' ', '0')} ${month} ${year} ${time} GMT`,
    );
  const ms = Date.parse(date);
  // Date.parse takes much else for a date, and a 30 February for the second of March.
  return new Date(ms).toUTCString() === date ? ms : Number.NaN;
}
