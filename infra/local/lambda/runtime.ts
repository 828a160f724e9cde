/**
 * Runs functions: a few warm instances for each, a queue in front of them, and a fresh one for each
 * that ends.
 */
import { randomUUID } from 'node:crypto';
import { Problem } from '../../problem.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { Instance, type InstanceSettings, type Outcome } from './instance.ts';

export interface RuntimeOptions extends InstanceSettings {
  /** How many instances a function may have at once; further requests wait. */
  poolSize?: number;
}

/** Lambda refuses an invocation beyond a function's reserved concurrency. */
export type InvokeOutcome = Outcome | { type: 'throttled' };

const POOL_SIZE = 4;

export class Runtime {
  readonly #pools: Map<string, Pool>;

  constructor(functions: LocalFunction[], options: RuntimeOptions) {
    this.#pools = new Map(functions.map((lambda) => [lambda.name, new Pool(lambda, options)]));
  }

  /**
   * Invokes a function with an event, as a part of this trace. Throws Problem for an unknown
   * function only.
   */
  invoke(functionName: string, event: unknown, traceId?: string): Promise<InvokeOutcome> {
    return this.#pool(functionName).invoke(JSON.stringify(event), traceId);
  }

  /**
   * Ends the instance that is at work for this trace, in the middle of it; nothing when there is
   * none.
   */
  async kill(traceId: string): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.kill(traceId)));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }

  #pool(name: string): Pool {
    const pool = this.#pools.get(name);
    if (pool) return pool;
    throw new Problem(
      `There is no function ${name}; the stack has ${[...this.#pools.keys()].join(', ')}.`,
    );
  }
}

interface Job {
  event: string;
  traceId: string | undefined;
  done: (outcome: InvokeOutcome) => void;
}

class Pool {
  readonly #function: LocalFunction;
  readonly #settings: InstanceSettings;
  readonly #limit: number;
  readonly #instances = new Set<Instance>();
  readonly #queue: Job[] = [];
  #idle: Instance[] = [];
  #starting = 0;
  #running = 0;
  #stopped = false;

  constructor(lambda: LocalFunction, { poolSize = POOL_SIZE, ...settings }: RuntimeOptions) {
    this.#function = lambda;
    this.#settings = settings;
    this.#limit = poolSize;
  }

  async invoke(event: string, traceId: string | undefined): Promise<InvokeOutcome> {
    if (this.#running >= (this.#function.reservedConcurrency ?? Number.POSITIVE_INFINITY))
      return { type: 'throttled' };
    this.#running++;
    try {
      return await new Promise((done) => {
        this.#queue.push({ event, traceId, done });
        this.#pump();
      });
    } finally {
      this.#running--;
    }
  }

  async kill(traceId: string): Promise<void> {
    await [...this.#instances].find((instance) => instance.traceId === traceId)?.stop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#instances].map((instance) => instance.stop()));
    for (const job of this.#queue.splice(0)) job.done(ended('The runtime was stopped.'));
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const instance = this.#idle.pop();
      if (instance === undefined) break;
      if (!instance.alive) {
        this.#instances.delete(instance);
        continue;
      }
      void this.#run(instance, this.#queue.shift() as Job);
    }
    while (
      this.#queue.length > this.#starting &&
      this.#instances.size < this.#limit &&
      !this.#stopped
    )
      void this.#startForQueue();
  }

  async #run(instance: Instance, job: Job): Promise<void> {
    const outcome = await instance.invoke(randomUUID(), job.event, job.traceId);
    // An instance that ended, or is being ended for taking too long, serves nobody any more.
    if (instance.alive && !timedOut(outcome)) this.#idle.push(instance);
    else this.#drop(instance);
    job.done(outcome);
    this.#pump();
  }

  /** A bundle that does not start answers the request that was waiting for it, as Lambda does. */
  async #startForQueue(): Promise<void> {
    const started = await this.#start();
    if (started.type === 'failed') this.#queue.shift()?.done(started);
    this.#pump();
  }

  async #start(): Promise<Outcome | { type: 'ready' }> {
    const instance = new Instance(this.#function, this.#settings);
    this.#instances.add(instance);
    this.#starting++;
    const started = await instance.started;
    this.#starting--;
    if (started.type === 'failed') this.#drop(instance);
    else this.#idle.push(instance);
    return started;
  }

  #drop(instance: Instance): void {
    this.#instances.delete(instance);
    void instance.stop();
  }
}

const timedOut = (outcome: Outcome): boolean =>
  outcome.type === 'failed' && outcome.error.errorType === 'Sandbox.Timedout';

const ended = (errorMessage: string): Outcome => ({
  type: 'failed',
  error: { errorType: 'Runtime.ExitError', errorMessage, trace: [] },
});
