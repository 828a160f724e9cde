/**
 * Takes the place of `infra/local/lambda/instance.ts`: runs a function's source in this very
 * process, so that Stryker sees which test runs which part of it, and its mutants can be switched
 * on. What a process of its own adds is tested without mutants.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { entryOf, type FunctionName } from '../../../infra/compute/catalogue.ts';
import { describeError, type Handler } from '../../../infra/local/lambda/handler.ts';
import {
  environmentOf,
  type InstanceSettings,
  type Outcome,
} from '../../../infra/local/lambda/instance.ts';
import type { LocalFunction } from '../../../infra/local/template/local-stack.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

type Hits = Record<string, number>;

/** Stryker's notes of which mutants ran in which test; those under no test count for all tests. */
type Notes = {
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> };
};
const notes = (globalThis as { __stryker__?: Notes }).__stryker__ ?? {};

// All functions share these, so that the first one's start is not the only place where they run.
process.env.AWS_LAMBDA_INITIALIZATION_TYPE = 'on-demand';
const SHARED = resolve(ROOT, 'lib/http');
for (const file of readdirSync(SHARED)) await import(resolve(SHARED, file));

type Environment = Record<string, string | undefined>;

/** Whose invocation it is that logs something, or reads its environment. */
const invocation = new AsyncLocalStorage<{
  environment: Environment;
  log: (level: string, message: unknown) => void;
}>();
for (const level of ['info', 'warn', 'error'] as const) {
  const original = console[level];
  console[level] = (...args: unknown[]) => {
    const current = invocation.getStore();
    if (current) current.log(level, args[0]);
    else original(...args);
  };
}
// The SDK reads its endpoint and its role with the first call, when others may run beside it.
process.env = new Proxy(
  { ...process.env },
  { get: (shared, name: string) => invocation.getStore()?.environment[name] ?? shared[name] },
);

let count = 0;
/** One function starts after the other, since what runs meanwhile is taken for its start. */
let lastStart: Promise<unknown> = Promise.resolve();

export class Instance {
  readonly started: Promise<Outcome | { type: 'ready' }>;
  alive = true;
  readonly #function: LocalFunction;
  readonly #settings: InstanceSettings;
  readonly #environment: Environment;
  #handler: Handler | undefined;
  #startHits: Hits = {};

  constructor(lambda: LocalFunction, settings: InstanceSettings) {
    this.#function = lambda;
    this.#settings = settings;
    this.#environment = environmentOf(lambda, settings);
    this.started = lastStart.then(() => this.#start());
    lastStart = this.started;
  }

  invoke(requestId: string, event: string): Promise<Outcome> {
    this.#countStart();
    const deadlineMs = Date.now() + this.#function.timeoutMs;
    const context = {
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    };
    const log = (level: string, message: unknown) => {
      const line = JSON.stringify({ level: level.toUpperCase(), requestId, message });
      this.#settings.log({ functionName: this.#function.name, line });
    };
    return invocation.run({ environment: this.#environment, log }, async (): Promise<Outcome> => {
      try {
        const result = await this.#handler?.(JSON.parse(event), context);
        return { type: 'result', payload: JSON.stringify(result) ?? 'null' };
      } catch (error) {
        console.error(error);
        return { type: 'failed', error: describeError(error) };
      }
    });
  }

  async stop(): Promise<void> {
    this.alive = false;
  }

  async #start(): Promise<Outcome | { type: 'ready' }> {
    // Functions start one after the other, so that this environment is theirs alone meanwhile.
    Object.assign(process.env, this.#environment);
    const { currentTestId } = notes;
    const start = `start ${count++}`;
    notes.currentTestId = start;
    try {
      const entry = resolve(ROOT, entryOf(this.#function.name as FunctionName));
      this.#handler = (await import(`${entry}?${start}`)).handler;
      return { type: 'ready' };
    } catch (error) {
      return { type: 'failed', error: describeError(error) };
    } finally {
      if (notes.currentTestId === start) notes.currentTestId = currentTestId;
      const { perTest = {} } = notes.mutantCoverage ?? {};
      this.#startHits = perTest[start] ?? {};
      delete perTest[start];
    }
  }

  /** What ran when the function started counts for every test that invokes it. */
  #countStart(): void {
    const { currentTestId, mutantCoverage } = notes;
    if (!mutantCoverage) return;
    if (currentTestId !== undefined) mutantCoverage.perTest[currentTestId] ??= {};
    const hits = mutantCoverage.perTest[currentTestId ?? ''] ?? mutantCoverage.static;
    for (const [mutant, times] of Object.entries(this.#startHits))
      hits[mutant] = (hits[mutant] ?? 0) + times;
  }
}
