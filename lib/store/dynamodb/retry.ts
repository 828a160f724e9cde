/** Retries with full jitter, within the time that the invocation has left. */
import type { Time } from '../../time.ts';

/** A pause is anywhere in a range, which starts at `firstMs` and grows, to `LONGEST_RANGE_MS`. */
const AFTER_CONFLICT = { firstMs: 40, growth: 1.5 };
const AFTER_OTHERS = { firstMs: 50, growth: 2 };
export const LONGEST_RANGE_MS = 1000;

/** So many ranges always fit into the time that a request in conflict has left. */
const RANGES_LEFT = 48;

/** An attempt takes some milliseconds, and rarely this long. */
const ATTEMPT_MS = 100;

/**
 * Counts 1, 2, 3, ... with a pause before each but the first, until `deadlineMs` has come, or would
 * come within `ATTEMPT_MS` of the next pause: an attempt that the deadline cuts off would make of
 * all definite answers before it an unknown one.
 * Full jitter spreads the callers that collided (AWS Architecture Blog, "Exponential Backoff And
 * Jitter").
 *
 * `inConflict` says whether the last attempt met another transaction. Then nothing is overloaded,
 * but the item serves one after the other, each within milliseconds, and tells nobody when it is
 * free. With ranges that double up to a second it would stand idle half of the time, and whoever
 * has just come would overtake all that have waited long. So these ranges grow less, and are a
 * share of the time left at most: the longer a request has waited, the more often it tries.
 */
export async function* attempts(
  { time, deadlineMs }: { time: Time; deadlineMs: number },
  inConflict?: () => boolean,
): AsyncGenerator<number> {
  for (let attempt = 1; ; attempt++) {
    yield attempt;
    const leftMs = deadlineMs - time.now();
    const [{ firstMs, growth }, shareMs] = inConflict?.()
      ? [AFTER_CONFLICT, leftMs / RANGES_LEFT]
      : [AFTER_OTHERS, LONGEST_RANGE_MS];
    const grownMs = firstMs * growth ** (attempt - 1);
    const rangeMs = Math.max(firstMs, Math.min(grownMs, shareMs, LONGEST_RANGE_MS));
    const pauseMs = time.random() * rangeMs;
    if (pauseMs + ATTEMPT_MS > leftMs) return;
    await time.sleep(pauseMs);
  }
}
