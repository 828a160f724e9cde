/** Payouts requested in parallel, by one user or by as many users, and how they were answered. */
import type { Console } from '../callers.ts';

export type Load = { ms: number[]; accepted: number; seconds: number };

/**
 * Sends so many requests, always as many at once as there are callers: each sends its next one when
 * it has its answer.
 */
export async function load(
  callers: readonly Console[],
  requests: number,
  amountMicro: bigint,
): Promise<Load> {
  const ms: number[] = [];
  let accepted = 0;
  let left = requests;
  const start = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      while (left-- > 0) {
        const sent = performance.now();
        const { status } = await caller.tryPayout(amountMicro);
        ms.push(performance.now() - sent);
        if (status === 202) accepted++;
      }
    }),
  );
  return { ms, accepted, seconds: (performance.now() - start) / 1000 };
}

export const together = (loads: readonly Load[]): Load => ({
  ms: loads.flatMap(({ ms }) => ms),
  accepted: loads.reduce((sum, { accepted }) => sum + accepted, 0),
  seconds: loads.reduce((sum, { seconds }) => sum + seconds, 0),
});

export const perSecond = ({ accepted, seconds }: Load): number => accepted / seconds;

export const acceptedShare = ({ accepted, ms }: Load): number => accepted / ms.length;
