/** Runs functions: a few warm instances for each, and a queue in front of them. */
import { randomUUID } from 'node:crypto';
import { Problem } from '../../problem.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { exitFailure } from './handler.ts';
import { Instance, type InstanceSettings, type Outcome } from './instance.ts';

export interface RuntimeOptions extends InstanceSettings {
  /** How many instances a function may have at once; further requests wait. */
  poolSize?: number | undefined;
  /** How many invocations of all functions may be under way at once, as AWS gives an account. */
  concurrency?: number | undefined;
}

/** Lambda refuses what goes beyond the function's or the account's concurrency, and too large an event. */
export type InvokeOutcome = Outcome | { type: 'throttled' } | { type: 'too large' };

const MAX_EVENT_BYTES = 6 * 1024 * 1024;

const POOL_SIZE = 4;

export class Runtime {
  readonly #pools: Map<string, Pool>;
  readonly #concurrency: number;
  #running = 0;

  constructor(functions: LocalFunction[], options: RuntimeOptions) {
    this.#concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
    this.#pools = new Map(functions.map((lambda) => [lambda.name, new Pool(lambda, options)]));
  }

  /** Invokes a function as a part of this trace. Throws Problem for an unknown function only. */
  invoke(functionName: string, event: unknown, traceId?: string): Promise<InvokeOutcome> {
    const pool = this.#poolOf(functionName);
    return this.#within(() => pool.invoke(JSON.stringify(event), traceId));
  }

  /** How many invocations of the function may be under way at once; undefined where nothing limits it. */
  reserved(functionName: string): number | undefined {
    return this.#poolOf(functionName).reserved;
  }

  /** In the place of what the template reserves. What is under way goes on. */
  reserve(functionName: string, concurrency: number | undefined): void {
    this.#poolOf(functionName).reserved = concurrency;
  }

  #poolOf(functionName: string): Pool {
    const pool = this.#pools.get(functionName);
    if (pool) return pool;
    const names = [...this.#pools.keys()].join(', ');
    throw new Problem(`There is no function ${functionName}; the stack has ${names}.`);
  }

  async #within(run: () => Promise<InvokeOutcome>): Promise<InvokeOutcome> {
    if (this.#running >= this.#concurrency) return { type: 'throttled' };
    this.#running++;
    try {
      return await run();
    } finally {
      this.#running--;
    }
  }

  /** Ends the instance that is at work for this trace, if there is one, in the middle of it. */
  async kill(traceId: string): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.kill(traceId)));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
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
  reserved: number | undefined;

  constructor(lambda: LocalFunction, { poolSize = POOL_SIZE, ...settings }: RuntimeOptions) {
    this.#function = lambda;
    this.reserved = lambda.reservedConcurrency;
    this.#settings = settings;
    this.#limit = poolSize;
  }

  async invoke(event: string, traceId: string | undefined): Promise<InvokeOutcome> {
    if (Buffer.byteLength(event) > MAX_EVENT_BYTES) return { type: 'too large' };
    if (this.#running >= (this.reserved ?? Number.POSITIVE_INFINITY)) return { type: 'throttled' };
    this.#running++;
    try {
      return await new Promise((done) => {
        this.#queue.push({ event, traceId, done });
        this.#assign();
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
    for (const job of this.#queue.splice(0)) job.done(exitFailure('The runtime was stopped.'));
  }

  #assign(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const instance = this.#idle.pop() as Instance;
      if (instance.alive) void this.#run(instance, this.#queue.shift() as Job);
      else this.#instances.delete(instance);
    }
    const mayStart = () => !this.#stopped && this.#instances.size < this.#limit;
    while (this.#queue.length > this.#starting && mayStart()) void this.#startForQueue();
  }

  async #run(instance: Instance, job: Job): Promise<void> {
    const outcome = await instance.invoke(randomUUID(), job.event, job.traceId);
    if (instance.alive) this.#idle.push(instance);
    else this.#drop(instance);
    job.done(outcome);
    this.#assign();
  }

  /** A bundle that does not start fails the request that was waiting for it, as on Lambda. */
  async #startForQueue(): Promise<void> {
    const instance = new Instance(this.#function, this.#settings);
    this.#instances.add(instance);
    this.#starting++;
    const started = await instance.started;
    this.#starting--;
    if (started.type === 'failed') {
      this.#drop(instance);
      this.#queue.shift()?.done(started);
    } else this.#idle.push(instance);
    this.#assign();
  }

  #drop(instance: Instance): void {
    this.#instances.delete(instance);
    void instance.stop();
  }
}
