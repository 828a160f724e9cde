/** One simulation: a history from a seed, run and checked until it is long enough or breaks. */
import { Generator } from './history/generator.ts';
import { ending } from './history/settlement-operations.ts';
import { type Duty, type Operation, type Step, usersOf } from './history/steps.ts';
import { isOpen } from './model/model.ts';
import { Run } from './run-history.ts';
import type { SimulatedStack } from './stack/simulated-stack.ts';
import type { Violation } from './verify.ts';

export type Settings = { seed: number; steps: number; users: number };

export type Progress = { steps: number; operations: number; unknown: number };

export type Result = Progress & {
  /** Unknown operations that a client would ask again, and how many got a definite answer. */
  asked: number;
  resolved: number;
  seen: Record<string, number>;
  /** How often the scheduled settling found what. */
  found: Record<string, number>;
  violation?: Violation;
  /** What was run, when something broke. */
  history: Step[];
};

/** What is asked again until it is answered: a write that a repetition cannot do twice. */
const isRepeatable = (operation: Operation): boolean =>
  ('operator' in operation && !['pay', 'payMany', 'inspect'].includes(operation.kind)) ||
  operation.kind === 'cancel' ||
  ('key' in operation && operation.key !== undefined);

/** All is calm then, and whatever is still open must come to an end. */
const STEPS_BETWEEN_CALMS = 500;
const TRIES_IN_CALM = 3;
const ROUNDS_TO_END = 5;
/** What functions logged last, where one does not answer. */
const LOGS_TOLD = 5;

/** In every round of so many steps each duty has its own. */
const ROUND = 200;
const DUTIES: Record<number, Duty> = { 20: 'damage', 50: 'reconcile', 60: 'stream', 160: 'stream' };

export async function simulate(
  stack: SimulatedStack,
  { seed, steps, users }: Settings,
  onProgress: (progress: Progress) => void = () => {},
): Promise<Result> {
  // Kept whole: only steps of users that are still there can matter, but they are few to leave out.
  const history: Step[] = [];
  const run = new Run(stack, `s${seed}`);
  const generator = new Generator(String(seed), users, run);
  const open = new Map<string, Operation>();
  let asked = 0;
  let resolved = 0;

  const take = async (step: Step): Promise<Violation | undefined> => {
    history.push(step);
    const { violation, done } = await run.step(step);
    for (const { numbered, seen } of done) {
      const text = JSON.stringify(numbered.operation);
      if (seen !== undefined && open.delete(text)) resolved++;
      if (seen !== undefined || !isRepeatable(numbered.operation)) continue;
      if (!open.has(text)) asked++;
      open.set(text, numbered.operation);
      generator.unanswered(numbered);
    }
    return violation;
  };

  const calm = async (): Promise<Violation | undefined> => {
    for (const operation of [...open.values()]) {
      if (usersOf(operation).some((user) => !run.users.has(user))) continue;
      for (let attempt = 1; open.has(JSON.stringify(operation)); attempt++) {
        const step = generator.calm(operation);
        if (attempt > TRIES_IN_CALM)
          return {
            step: step.number,
            users: [],
            rule: 'no definite answer when all is calm',
            details: [JSON.stringify(operation), ...stack.logs.slice(-LOGS_TOLD)],
          };
        const violation = await take(step);
        if (violation) return violation;
        // The payout that it was about was never made: there is nothing more to ask.
        if (
          stack.proxy.lateTraces.size === 0 &&
          'payout' in operation &&
          !run.knows(operation.payout)
        )
          open.delete(JSON.stringify(operation));
      }
    }
    return undefined;
  };

  /** The scheduled settling finds all that was paid; on a busy machine not in its first run. */
  const settled = async (): Promise<Violation | undefined> => {
    let left = await run.unsettled();
    for (let attempt = 1; left.length > 0; attempt++) {
      const step = generator.calm({ kind: 'settle' });
      const rule = 'what was paid for good is not sent';
      if (attempt > TRIES_IN_CALM) return { step: step.number, users: [], rule, details: left };
      const violation = await take(step);
      if (violation) return violation;
      left = await run.unsettled();
    }
    return undefined;
  };

  /** Whatever was left of it: every payout ends when all is calm, and nobody is frozen for good. */
  const end = async (): Promise<Violation | undefined> => {
    for (let round = 1; ; round++) {
      const open = [...run.users].flatMap(([user, { state }]) =>
        Object.values(state.payouts)
          .filter(isOpen)
          .map((payout) => ({ payout, user })),
      );
      if (open.length === 0) return undefined;
      if (round > ROUNDS_TO_END) {
        const rule = 'a payout does not end when all is calm';
        const details = open.map(({ payout: { id } }) => id);
        return { step: history.length, users: open.map(({ user }) => user), rule, details };
      }
      for (const { payout, user } of open)
        for (const operation of ending(payout, { user, operation: payout.madeBy ?? 0 })) {
          const violation = await take(generator.calm(operation));
          if (violation) return violation;
          if (operation.kind !== 'settle') continue;
          const unsettled = await settled();
          if (unsettled) return unsettled;
        }
    }
  };

  const duty = async (what: Duty | undefined): Promise<Violation | undefined> =>
    what && take(generator.duty(what));

  const result = (violation?: Violation): Result => ({
    steps: history.length,
    operations: run.counts.operations,
    unknown: run.counts.unknown,
    asked,
    resolved,
    seen: run.counts.seen,
    found: run.counts.found,
    history,
    ...(violation && { violation }),
  });

  try {
    await run.begin();
    for (let number = 1; number <= steps; number++) {
      const violation =
        (await take(generator.next())) ??
        (await duty(DUTIES[number % ROUND])) ??
        (number % STEPS_BETWEEN_CALMS === 0 || number === steps ? await calm() : undefined);
      if (violation) return result(violation);
      onProgress({ steps: number, operations: run.counts.operations, unknown: run.counts.unknown });
    }
    const last = (await end()) ?? (await duty('reconcile')) ?? (await duty('stream'));
    if (last) return result(last);
    return result(await reconcile(stack, history.length));
  } finally {
    run.close();
  }
}

/** The service's own proof, over all accounts of the run. */
async function reconcile(stack: SimulatedStack, step: number): Promise<Violation | undefined> {
  let next: unknown;
  do {
    const outcome = await stack.runtime.invoke('Reconcile', next === undefined ? {} : { next });
    if (outcome.type !== 'result')
      return { step, users: [], rule: 'Reconcile failed', details: [JSON.stringify(outcome)] };
    const found = JSON.parse(outcome.payload) as { drifted: number; next?: unknown };
    if (found.drifted !== 0)
      return { step, users: [], rule: 'Reconcile found drift', details: [outcome.payload] };
    next = found.next;
  } while (next !== undefined);
  return undefined;
}
