/**
 * A clock for tests: it runs with the real one, and a pause is over at once because it jumps ahead.
 */
import type { Time } from '../../lib/time.ts';

export type TestTime = Time & { pauses: number[]; advance: (milliseconds: number) => void };

export function testTime(): TestTime {
  let ahead = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.now() + ahead,
    random: () => 0.5,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      ahead += milliseconds;
    },
  };
}
