/** Pauses and time limits, none of which leaves a timer or a listener behind. */

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
  limitMs: number | undefined,
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
    const timeout =
      limitMs === undefined
        ? undefined
        : timer(() => stop(new DOMException('The time is up.', 'TimeoutError')), limitMs);
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
