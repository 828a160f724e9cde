/** Limits that a slow or busy machine does not run into, and a test that hangs still does. */
import { spawnSync } from 'node:child_process';

/** How long Node takes to start on the machine that the limits were chosen on. */
const START_MS = 50;
/** Whatever else runs may end or begin while the tests do. */
const LEAST = 4;

/** How many times slower this machine is now; measured once, and handed on to the workers. */
function slowness(): number {
  const { TEST_SLOWNESS } = process.env;
  if (TEST_SLOWNESS) return Number(TEST_SLOWNESS);
  const starts = [1, 2, 3].map(() => {
    const startedMs = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - startedMs;
  });
  const measured = Math.max(LEAST, Math.ceil(Math.max(...starts) / START_MS));
  process.env.TEST_SLOWNESS = String(measured);
  return measured;
}

/** A limit in milliseconds that suits a quick machine, as this one needs it. */
export const patience = (ms: number): number => ms * slowness();
