/**
 * A lane sends its requests one after the other, for users of its own, so that every write has one
 * request to account for.
 */
import fc from 'fast-check';
import { seedOf } from './chance.ts';
import type { Gate } from './gate.ts';
import { type Draft, draft } from './grammar/requests.ts';
import type { User } from './model.ts';
import type { Judge } from './oracle/judge.ts';
import { readStream } from './oracle/message.ts';
import { predict, QUEUE_ROUTE, type View } from './oracle/predict.ts';
import type { Secrets } from './secrets.ts';
import type { Stack } from './stack.ts';
import { type Trial, tryOut } from './trial.ts';
import { Wire } from './wire.ts';
import { makeWorld, usersOf, type World } from './world.ts';

export const LANES = 8;

/**
 * After so many requests of a lane its users have seen everything, and new ones take their places.
 */
export const REQUESTS_PER_WORLD = 400;

export type Shared = {
  seed: number;
  stack: Stack;
  judge: Judge;
  gate: Gate;
  secrets: Secrets;
  /** The users of all worlds. */
  everyone: User[];
  onTrial: (index: number, trial: Trial) => void;
};

export type Failure = { index: number; first: Trial; smallest: Trial };

export class Lane {
  readonly #number: number;
  readonly #shared: Shared;
  readonly #wire: Wire;
  #epoch = -1;
  #world: { name: string; world: World } | undefined;
  /** Names the next world. */
  #name = '';

  constructor(number: number, shared: Shared) {
    this.#number = number;
    this.#shared = shared;
    this.#wire = new Wire(shared.stack.port);
  }

  close(): void {
    this.#wire.close();
  }

  /**
   * Sends request number `index` of the run; what is wrong with its answer, shown by the smallest
   * request that shows it.
   */
  async check(index: number, shrinkMs: number): Promise<Failure | undefined> {
    const epoch = epochOf(index);
    if (this.#epoch !== epoch) this.#name = `${epoch}`;
    this.#epoch = epoch;
    const failed: Trial[] = [];
    let shrinkUntilMs = Number.POSITIVE_INFINITY;
    const property = fc.asyncProperty(draft, async (draft) => {
      // fast-check's own limit would go on while a request is still under way.
      if (performance.now() > shrinkUntilMs) return;
      const trial = await this.#try(draft);
      if (failed.length === 0) this.#shared.onTrial(index, trial);
      if (trial.findings.length === 0) return;
      failed.push(trial);
      if (failed.length === 1) shrinkUntilMs = performance.now() + shrinkMs;
      // What the model believes may no longer be what is stored, so the next request is for new
      // users.
      this.#name = `${epoch}~${index}.${failed.length}`;
      throw new Error(trial.findings.join('\n'));
    });
    const { failed: isWrong, errorInstance } = await fc.check(property, {
      seed: seedOf(`${this.#shared.seed}/${index}`),
      numRuns: 1,
      endOnFailure: shrinkMs === 0,
    });
    const [first, smallest] = [failed[0], failed.at(-1)];
    // Something went wrong here, and not with the answer.
    if (isWrong && first === undefined) throw errorInstance;
    if (first === undefined || smallest === undefined) return undefined;
    this.#name = `${epoch}~${index}`;
    return { index, first, smallest };
  }

  async #try(draft: Draft): Promise<Trial> {
    const { gate, stack, judge, everyone } = this.#shared;
    const world = await gate.share(() => this.#inhabited());
    const own = usersOf(world);
    const view: View = { own, everyone: () => everyone };
    const ids = own.map(({ id }) => id);
    const work = (): Promise<Trial> =>
      tryOut(bytes, { wire: this.#wire, judge, view, takeWrites: () => stack.watch.take(ids) });
    const bytes = draft(world);
    // The queue shows the payouts of all lanes, so nothing may move while it is looked at.
    const asksForQueue = readStream(bytes).messages.some(
      (message) => predict(message, view).route === QUEUE_ROUTE,
    );
    return asksForQueue ? gate.alone(work) : gate.share(work);
  }

  async #inhabited(): Promise<World> {
    const { seed, stack, secrets, everyone } = this.#shared;
    if (this.#world?.name === this.#name) return this.#world.world;
    const world = makeWorld(seed, this.#number, this.#name, LANES);
    await stack.settle(world);
    for (const user of usersOf(world)) secrets.add(user);
    everyone.push(...usersOf(world));
    this.#world = { name: this.#name, world };
    return world;
  }
}

export const epochOf = (index: number): number => Math.floor(index / LANES / REQUESTS_PER_WORLD);
