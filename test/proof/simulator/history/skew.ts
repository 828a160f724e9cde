/** How far the clocks of functions are off. */
import type { Random } from './random.ts';

const SECOND_MS = 1000;

/** AWS refuses what is signed by a clock that is off by more. */
export const SKEW_MAX_MS = 300 * SECOND_MS;

/** Most clocks are right; some are off by seconds, and some by as much as goes. */
export function anySkewMs(random: Random): number {
  const within = { right: 0, seconds: 5 * SECOND_MS, minutes: SKEW_MAX_MS };
  const off = within[random.weighted({ right: 60, seconds: 15, minutes: 25 })];
  return random.integer(2 * off + 1) - off;
}
