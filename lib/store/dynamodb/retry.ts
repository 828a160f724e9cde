/** Retries with full jitter, within the time that the invocation has left. */
import type { Time } from '../../time.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/**
 * Counts 1, 2, 3, ... with a pause before each but the first, until `deadlineMs` has come.
 * Full jitter spreads the callers that collided (AWS Architecture Blog, "Exponential Backoff And
 * Jitter").
 */
export async function* attempts({
  time,
  deadlineMs,
}: {
  time: Time;
  deadlineMs: number;
}): AsyncGenerator<number> {
  for (let attempt = 1; ; attempt++) {
    yield attempt;
    const pauseMs = time.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    if (time.now() + pauseMs >= deadlineMs) return;
    await time.sleep(pauseMs);
  }
}
