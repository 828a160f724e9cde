/** A reconciliation of all accounts, as its state machine makes it, but by one process. */
import type { Run } from '../../../../lib/store/reconcile/progress.ts';
import { reconcile } from '../../../../lib/store/reconcile/reconcile-accounts.ts';
import type { Counted, CountedStore } from '../counted-store.ts';

/** As the function has, so that there are as many starts and ends of a step. */
const STEP_MS = 295_000;

/** Each step, one segment after the other. */
export async function* inSegments(
  counted: CountedStore,
  segments: number,
): AsyncGenerator<Counted<Run>> {
  for (let segment = 0; segment < segments; segment++) {
    let next: string | undefined;
    do {
      const part = { segment, of: segments };
      const step = await counted.count((store) => reconcile(store, next, part), STEP_MS);
      yield step;
      ({ next } = step.result);
    } while (next !== undefined);
  }
}
