/** Waits for a payout's end by asking again and again, ever less often. */
import { notNegative } from './arguments.ts';
import { type Failure, isPassing } from './attempt.ts';
import { TriportError } from './errors.ts';
import { isFinal, type Payout } from './payout.ts';
import { pause } from './timing.ts';
import type { Call, Transport } from './transport.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What a request may take that is sent when hardly any time, or none, is left. */
const LAST_REQUEST_MS = 1_000;

/** Rejects with `timeout` when the time is up, and at once with what no more asking would mend. */
export async function waitUntilFinal(
  transport: Transport,
  call: Call<Payout>,
  given: number | null | undefined,
): Promise<Payout> {
  const maxWaitMs = notNegative('maxWaitMs', given ?? 600_000);
  const deadlineMs = performance.now() + maxWaitMs;
  let last: Payout | undefined;
  let longestMs = FIRST_PAUSE_MS;
  for (;;) {
    let failure: Failure | undefined;
    // Sent once: the next time that it asks is its retry.
    const mostMs = Math.max(deadlineMs - performance.now(), LAST_REQUEST_MS);
    const outcome = await transport.attempt(call, mostMs);
    if ('result' in outcome) {
      const payout = outcome.result;
      if (isFinal(payout)) return payout;
      // What has just moved may soon move again.
      if (last && payout.status !== last.status) longestMs = FIRST_PAUSE_MS;
      last = payout;
    } else {
      failure = outcome.failure;
      if (!isPassing(failure)) throw errorOf(failure);
    }
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw tooLate(maxWaitMs, last, failure);
    // Between half and all of it, so that those who began together do not ask together for ever.
    const pauseMs = Math.max(failure?.retryAfterMs ?? 0, (longestMs * (1 + Math.random())) / 2);
    await pause(Math.min(pauseMs, leftMs), call.signal);
    longestMs = Math.min(LONGEST_PAUSE_MS, longestMs * 2);
  }
}

const errorOf = (failure: Failure) => new TriportError(failure.tag, failure.message, failure);

function tooLate(maxWaitMs: number, payout: Payout | undefined, failure: Failure | undefined) {
  const seen = payout ? `it is ${payout.status}` : 'nothing could be learnt of it';
  const message = `The payout was not final within ${maxWaitMs} ms: ${seen}.`;
  return new TriportError('timeout', message, { payout, cause: failure && errorOf(failure) });
}
