/** Waits for a payout's end by asking again and again, ever less often. */
import { TriportError } from './errors.ts';
import type { CallOptions, WaitOptions } from './options.ts';
import { isFinal, type Payout, type PayoutStatus } from './payout.ts';
import { pause, stopTag, within } from './time.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The payout once its status is final. Rejects like `get`, with `aborted` by the signal, and with
 * `timeout` after `maxWaitMs`.
 */
export async function waitUntilFinal(
  get: (options: CallOptions) => Promise<Payout>,
  { signal, maxWaitMs }: WaitOptions,
): Promise<Payout> {
  try {
    return await within(maxWaitMs, signal, (signal) => poll(get, signal));
  } catch (reason) {
    const tag = reason instanceof TriportError ? undefined : stopTag(reason, signal);
    if (tag === undefined) throw reason;
    const message =
      tag === 'aborted'
        ? 'The wait was aborted.'
        : `The payout was not final within ${maxWaitMs} ms.`;
    throw new TriportError(tag, message, { cause: reason });
  }
}

async function poll(
  get: (options: CallOptions) => Promise<Payout>,
  signal: AbortSignal,
): Promise<Payout> {
  let status: PayoutStatus | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const payout = await get({ signal });
    if (isFinal(payout)) return payout;
    // What has just moved may soon move again.
    pauseMs = payout.status === status ? Math.min(LONGEST_PAUSE_MS, pauseMs * 2) : FIRST_PAUSE_MS;
    status = payout.status;
    // Between half and all of it, so that the pages that were opened together do not ask together
    // for ever.
    await pause((pauseMs * (1 + Math.random())) / 2, signal);
  }
}
