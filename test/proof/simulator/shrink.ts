/** Looks for the shortest history that breaks the same rule: delta debugging (Zeller). */
import { type Step, usersOf } from './history/steps.ts';
import { Run } from './run-history.ts';
import type { SimulatedStack } from './stack/simulated-stack.ts';
import type { Violation } from './verify.ts';

export type Shrunk = { history: Step[]; violation: Violation };

const ORDERS_MAX = 20;
const reordered = (step: Step, attempt: number): Step => ({
  ...step,
  seed: `${step.seed} ${attempt}`,
});

/** A history is run on the same stack, with users of its own. */
let runs = 0;

async function replay(
  stack: SimulatedStack,
  history: readonly Step[],
): Promise<Violation | undefined> {
  const run = new Run(stack, `r${++runs}-${stack.clock.now()}`);
  try {
    await run.begin();
    // Nobody in it has lived yet, so that it may begin when it did the first time.
    stack.clock.set(history[0]?.atMs ?? 0);
    for (const step of history) {
      const { violation } = await run.step(step);
      if (violation) return violation;
    }
    return undefined;
  } finally {
    run.close();
  }
}

/** Undefined when the violation does not repeat itself, even in the whole history. */
export async function shrink(
  stack: SimulatedStack,
  whole: readonly Step[],
  violation: Violation,
  withinMs: number,
): Promise<Shrunk | undefined> {
  const deadline = performance.now() + withinMs;
  let best: Shrunk | undefined;
  const breaks = async (history: Step[]): Promise<boolean> => {
    if (performance.now() > deadline) return false;
    const found = await replay(stack, history);
    if (!found || (best && found.rule !== best.violation.rule)) return false;
    // What came after the step that broke it is of no use.
    const length = history.findIndex(({ number }) => number === found.step) + 1;
    best = { history: history.slice(0, length), violation: found };
    return true;
  };

  const about = whole.filter(
    ({ operations }) =>
      violation.users.length === 0 ||
      operations.some(({ operation }) => {
        const users = usersOf(operation);
        // What is about nobody, as blocks and the scheduled settling, may concern everybody.
        return users.length === 0 || users.some((user) => violation.users.includes(user));
      }),
  );
  // The order of a step was not the seed's where a function was starting; then it is looked for.
  for (let attempt = 0; attempt < ORDERS_MAX && !best; attempt++)
    await breaks(
      about.map((step) => (attempt > 0 && step === about.at(-1) ? reordered(step, attempt) : step)),
    );
  if (!best) await breaks([...whole]);
  if (!best) return undefined;
  await leaveOut(() => (best as Shrunk).history, breaks);
  for (const step of [...best.history]) {
    for (const numbered of step.operations)
      await breaks(
        changed(best.history, step, {
          operations: (now) => now.filter(({ id }) => id !== numbered.id),
        }),
      );
    if (step.faultMode !== 'calm') await breaks(changed(best.history, step, { faultMode: 'calm' }));
  }
  await leaveOut(() => (best as Shrunk).history, breaks);
  return best;
}

/** Leaves out ever smaller pieces while the rest still breaks (ddmin, complements only). */
async function leaveOut(
  current: () => Step[],
  breaks: (history: Step[]) => Promise<boolean>,
): Promise<void> {
  for (
    let size = Math.ceil(current().length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let end = current().length; end > 0; end -= size) {
      const from = Math.max(0, end - size);
      await breaks(current().toSpliced(from, end - from));
    }
}

function changed(
  history: readonly Step[],
  { number }: Step,
  change: {
    operations?: (now: Step['operations']) => Step['operations'];
    faultMode?: Step['faultMode'];
  },
): Step[] {
  return history.map((step) =>
    step.number !== number
      ? step
      : {
          ...step,
          operations: change.operations?.(step.operations) ?? step.operations,
          faultMode: change.faultMode ?? step.faultMode,
        },
  );
}
