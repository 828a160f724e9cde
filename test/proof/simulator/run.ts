/** Runs a history step by step, with users of its own, and has every step verified. */
import { Clients, record, userParts } from './clients.ts';
import type { Happening, Seen } from './happening.ts';
import { type Numbered, type Operation, type PayoutRef, type Step, usersOf } from './operations.ts';
import { People } from './people.ts';
import type { Stack } from './stack.ts';
import { type Counts, type Done, type Violation, verify } from './verify.ts';

const READS = new Set(['me', 'list', 'rewards', 'get', 'show', 'stranger']);

export class Run {
  readonly people: People;
  readonly counts: Counts = { operations: 0, unknown: 0, seen: {} };
  readonly #stack: Stack;
  readonly #salt: string;
  readonly #clients: Clients;

  constructor(stack: Stack, salt: string) {
    this.#stack = stack;
    this.#salt = salt;
    this.#clients = new Clients(stack);
    this.people = new People(salt);
  }

  close(): void {
    this.#clients.close();
  }

  get nowMs(): number {
    return this.#stack.clock.now();
  }

  /** Whether all writes of the user's unknown happenings have arrived or never will. */
  isSettled = (user: number): boolean => this.people.get(user)?.open.length === 0;

  /** Whether the payout was made, as far as is known. */
  knows = ({ operation }: PayoutRef): boolean => this.people.payoutId(operation) !== undefined;

  /** The user has left; nothing more is asked of them. */
  forget = (user: number): boolean => this.people.delete(user);

  /** Runs the step; what it broke, if anything. */
  async step(step: Step): Promise<{ violation: Violation | undefined; done: Done[] }> {
    const { clock, wire, database } = this.#stack;
    if (step.weather === 'crash') await this.#stack.restartEngine();
    const arrived = step.deliverLate ? await wire.deliverLate() : new Set<string>();
    clock.set(Math.max(step.atMs, clock.now()));
    const waiting = [...this.people].filter(([, { open }]) =>
      open.some(({ traceId }) => arrived.has(traceId)),
    );
    const touched = new Set([
      ...step.operations.flatMap(({ operation }) => usersOf(operation)),
      ...waiting.map(([user]) => user),
    ]);
    for (const user of touched) await this.people.meet(user, database, this.nowMs);

    // In a part of a history an operation may be about a payout that was never made.
    const possible = step.operations.filter(
      ({ operation }) => !('payout' in operation) || this.knows(operation.payout),
    );
    const traced = possible.map((numbered) => ({
      numbered,
      traceId: `Root=1-${this.#salt}-${step.number}-${numbered.id}`,
    }));
    // The dice of a step do not depend on who the users are in this run.
    wire.begin(
      `${step.seed} ${step.number}`,
      step.weather,
      traced.map(({ traceId }) => traceId),
    );
    const done = await Promise.all(
      traced.map(async ({ numbered, traceId }) => {
        const result = await this.#perform(numbered, traceId, step.weather);
        wire.end(traceId);
        return { numbered, traceId, ...result };
      }),
    );
    const violation = await verify(this.#stack, this.people, step, [...touched], done, this.counts);
    return { violation, done };
  }

  async #perform({ id, operation }: Numbered, traceId: string, weather: Step['weather']) {
    const fromMs = this.nowMs;
    if (operation.kind === 'events') return this.#deliver(id, operation, traceId, weather);
    this.counts.operations++;
    if (operation.kind === 'sweep') {
      await this.#stack.runtime.invoke('UnlockDueRewards', {}, traceId);
      return { seen: undefined, happenings: [] };
    }
    const seen = await this.#clients.send(operation, this.people, traceId);
    const toMs = this.nowMs;
    this.#count(operation.kind, seen);
    if (operation.kind === 'queue') return { seen, happenings: [] };
    if (operation.kind === 'user')
      return { seen, happenings: seen ? userParts(id, operation.user, seen, fromMs, toMs) : [] };
    // A read without an answer is nothing that happened to anybody.
    const isHappening = seen !== undefined || !READS.has(operation.kind);
    return { seen, happenings: isHappening ? [{ id, action: operation, seen, fromMs, toMs }] : [] };
  }

  /**
   * Hands a batch to the function as the queue does, and takes for granted what it does not name as
   * failed.
   */
  async #deliver(
    id: number,
    { messages }: Extract<Operation, { kind: 'events' }>,
    traceId: string,
    weather: Step['weather'],
  ) {
    const fromMs = this.nowMs;
    this.counts.operations += messages.length;
    const Records = messages.map((message, index) =>
      record(`${id}-${index}`, message, this.people),
    );
    const outcome = await this.#stack.runtime.invoke('ProcessBillingEvents', { Records }, traceId);
    const toMs = this.nowMs;
    const failures: { itemIdentifier: string }[] | undefined =
      outcome.type === 'result' ? JSON.parse(outcome.payload).batchItemFailures : undefined;
    const seenOf = (index: number): Seen | undefined => {
      const failed = failures?.some(({ itemIdentifier }) => itemIdentifier === `${id}-${index}`);
      // In bad weather a message may have failed for any reason; in good weather only because it is
      // refused.
      if (failed === undefined || (failed && weather !== 'calm')) return undefined;
      return { status: failed ? 422 : 200, text: '', json: undefined, replayed: false };
    };
    const happenings = messages.map((message, index): Happening => {
      const seen = seenOf(index);
      this.#count('event', seen);
      return { id, action: { kind: 'event', message }, seen, fromMs, toMs };
    });
    return { seen: undefined, happenings };
  }

  #count(kind: string, seen: Seen | undefined): void {
    const answer = seen
      ? [seen.status, seen.replayed && 'replayed', seen.tag].filter(Boolean).join(' ')
      : 'no definite answer';
    this.counts.seen[`${kind} ${answer}`] = (this.counts.seen[`${kind} ${answer}`] ?? 0) + 1;
  }
}
