/** Retries with full jitter, within the time that the invocation has left. */

import type { Time } from '../../time.ts';
import { classify } from './failure.ts';
import { attemptOptions, type Db } from './store.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/**
 * A read that fails this often in a row is reported; unlike a write, it leaves nothing in doubt.
 */
const READ_ATTEMPTS = 4;

/**
 * Counts 1, 2, 3, ... with a pause before each but the first, until `deadlineMs` has come. Full
 * jitter spreads the callers that collided (AWS Architecture Blog, "Exponential Backoff And
 * Jitter").
 */
export async function* attempts(time: Time, deadlineMs: number): AsyncGenerator<number> {
  for (let attempt = 1; ; attempt++) {
    yield attempt;
    const pauseMs = time.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    if (time.now() + pauseMs >= deadlineMs) return;
    await time.sleep(pauseMs);
  }
}

/**
 * Runs one read until it answers; throws the last error when it keeps failing or the deadline has
 * come.
 */
export async function read<Output>(
  db: Db,
  deadlineMs: number,
  send: (client: Db['client'], options: { requestTimeout: number }) => Promise<Output>,
): Promise<Output> {
  let failure: unknown;
  for await (const attempt of attempts(db.time, deadlineMs)) {
    try {
      return await send(db.client, attemptOptions(db, deadlineMs));
    } catch (error) {
      failure = error;
      if (classify(error) === 'fatal' || attempt === READ_ATTEMPTS) break;
    }
  }
  throw failure;
}
