/** Runs a history step by step, with users of its own, and has every step verified. */

import { Chain } from './chain/chain.ts';
import { type Ask, inspect, pay } from './chain/payers.ts';
import { Duties } from './duties/duties.ts';
import { Random } from './history/random.ts';
import {
  type Numbered,
  type Operation,
  type PayoutRef,
  type Step,
  usersOf,
} from './history/steps.ts';
import type { Observation, Seen } from './model/observation.ts';
import { Clients, record, userParts } from './stack/clients.ts';
import { deleteExpiredOf } from './stack/expiry.ts';
import { writeAsNewer } from './stack/newer-version.ts';
import { joined, walk } from './stack/pages.ts';
import type { SimulatedStack } from './stack/simulated-stack.ts';
import { Users } from './stack/users.ts';
import { type Counts, type Done, type Violation, verify } from './verify.ts';

const READS = new Set(['me', 'get', 'show', 'stranger']);

export class Run {
  readonly users: Users;
  readonly chain = new Chain();
  readonly counts: Counts = { operations: 0, unknown: 0, seen: {} };
  readonly #stack: SimulatedStack;
  readonly #salt: string;
  readonly #clients: Clients;
  readonly #duties: Duties;

  constructor(stack: SimulatedStack, salt: string) {
    this.#stack = stack;
    this.#salt = salt;
    this.#clients = new Clients(stack);
    this.users = new Users(salt);
    this.#duties = new Duties(stack, this.users, this.#clients, this.counts, salt);
  }

  /** Nothing of an earlier run reaches into this one: not even what counts on the budgets. */
  async begin(): Promise<void> {
    await this.#stack.proxy.deliverLate();
    await this.#stack.database.clearBudgets();
  }

  close(): void {
    this.#clients.close();
  }

  get nowMs(): number {
    return this.#stack.clock.now();
  }

  /** Whether all writes of the user's unknown observations have arrived or never will. */
  isSettled = (user: number): boolean => this.users.get(user)?.open.length === 0;

  /** Whether the payout was made, as far as is known. */
  knows = ({ operation }: PayoutRef): boolean => this.users.payoutId(operation) !== undefined;

  /** The user has left; nothing more is asked of them. */
  forget(user: number): void {
    this.#duties.remember(this.users.known(user));
    this.users.delete(user);
  }

  /** Runs the step; what it broke, if anything. */
  async step(step: Step): Promise<{ violation: Violation | undefined; done: Done[] }> {
    const { clock, proxy, database } = this.#stack;
    if (step.faultMode === 'crash') await this.#stack.restartEngine();
    const arrived = step.deliverLate ? await proxy.deliverLate() : new Set<string>();
    clock.set(Math.max(step.atMs, clock.now()));
    if (step.duty) return { violation: await this.#duties.perform(step, step.duty), done: [] };
    const waiting = [...this.users].filter(([, { open }]) =>
      open.some(({ traceId }) => arrived.has(traceId)),
    );
    // In a part of a history an operation may be about a payout that was never made,
    // and in a whole one about a payout of somebody who has left.
    const possible = step.operations.filter(
      ({ operation }) => !('payout' in operation) || this.knows(operation.payout),
    );
    const touched = new Set([
      ...possible.flatMap(({ operation }) => usersOf(operation)),
      ...waiting.map(([user]) => user),
    ]);
    for (const user of touched) {
      await this.users.signIn(user, database, this.nowMs);
      if (step.deleteExpired) await deleteExpiredOf(database, this.users.userId(user), this.nowMs);
    }

    const traced = possible.map((numbered) => ({
      numbered,
      traceId: `Root=1-${this.#salt}-${step.number}-${numbered.id}`,
    }));
    clock.skewsMs.clear();
    for (const { numbered, traceId } of traced) clock.skewsMs.set(traceId, numbered.skewMs);
    // The dice of a step do not depend on who the users are in this run.
    proxy.begin(
      step.number,
      `${step.seed} ${step.number}`,
      step.faultMode,
      traced.map(({ traceId }) => traceId),
    );
    const done = await Promise.all(
      traced.map(async ({ numbered, traceId }) => {
        const result = await this.#perform(numbered, traceId, step.faultMode);
        proxy.end(traceId);
        return { numbered, traceId, ...result };
      }),
    );
    await proxy.settle();
    const { users, chain, counts } = this;
    const violation = await verify(this.#stack, users, chain, step, [...touched], done, counts);
    return { violation, done };
  }

  async #perform(
    { id, operation, skewMs }: Numbered,
    traceId: string,
    faultMode: Step['faultMode'],
  ) {
    const fromMs = this.nowMs;
    if (operation.kind === 'events')
      return this.#deliver(id, operation, skewMs, traceId, faultMode);
    this.counts.operations++;
    if (operation.kind === 'sweep') {
      await this.#stack.runtime.invoke('UnlockDueRewards', {}, traceId);
      return { seen: undefined, observations: [] };
    }
    if (operation.kind === 'newer') {
      await writeAsNewer(
        this.#stack.database,
        this.users.userId(operation.user),
        operation,
        fromMs,
      );
      const toMs = this.nowMs;
      return {
        seen: undefined,
        observations: [{ id, action: operation, seen: undefined, fromMs, toMs, skewMs: 0 }],
      };
    }
    if (operation.kind === 'queue' || operation.kind === 'list' || operation.kind === 'rewards') {
      const pages = await walk(
        operation.pages ?? 1,
        () => this.nowMs,
        (cursor) => this.#clients.send(operation, this.users, traceId, { nth: id, cursor }),
      );
      const toMs = this.nowMs;
      for (const { seen } of pages) this.#count(operation.kind, seen);
      const seen = joined(pages);
      if (operation.kind === 'queue') return { seen, observations: [] };
      const observations = pages
        .filter((page) => page.seen)
        .map(({ seen, after, fromMs }) => ({
          id,
          action: { ...operation, after },
          seen,
          fromMs,
          toMs,
          skewMs,
        }));
      return { seen, observations };
    }
    if (operation.kind === 'blocks') {
      const random = new Random(`${id} blocks`);
      for (let block = 0; block < operation.count; block++) this.chain.produce(random);
      return { seen: undefined, observations: [] };
    }
    if (operation.kind === 'pay' || operation.kind === 'inspect') {
      const observations: Observation[] = [];
      const ask: Ask = async (action) => {
        const fromMs = this.nowMs;
        const seen = await this.#clients.send(action, this.users, traceId, { nth: id });
        this.#count(action.kind, seen);
        if (seen !== undefined || !READS.has(action.kind))
          observations.push({ id, action, seen, fromMs, toMs: this.nowMs, skewMs });
        return seen;
      };
      if (operation.kind === 'inspect') await inspect(operation, this.chain, ask);
      else await pay(operation, `${id}`, this.chain, ask);
      return { seen: undefined, observations };
    }
    const seen = await this.#clients.send(operation, this.users, traceId, { nth: id });
    const toMs = this.nowMs;
    this.#count(operation.kind, seen);
    if (operation.kind === 'user')
      return {
        seen,
        observations: seen ? userParts(operation.user, { id, seen, fromMs, toMs, skewMs }) : [],
      };
    // A read without an answer is nothing that happened to anybody.
    const isObserved = seen !== undefined || !READS.has(operation.kind);
    return {
      seen,
      observations: isObserved ? [{ id, action: operation, seen, fromMs, toMs, skewMs }] : [],
    };
  }

  /** Hands over a batch as the queue does; a message not named as failed was taken. */
  async #deliver(
    id: number,
    { messages }: Extract<Operation, { kind: 'events' }>,
    skewMs: number,
    traceId: string,
    faultMode: Step['faultMode'],
  ) {
    const fromMs = this.nowMs;
    this.counts.operations += messages.length;
    const Records = messages.map((message, index) =>
      record(`${id}-${index}`, message, this.users, id + index),
    );
    const { length: logged } = this.#stack.logs;
    const outcome = await this.#stack.runtime.invoke('ProcessBillingEvents', { Records }, traceId);
    const toMs = this.nowMs;
    const failures: { itemIdentifier: string }[] | undefined =
      outcome.type === 'result' ? JSON.parse(outcome.payload).batchItemFailures : undefined;
    const lines = this.#stack.logs.slice(logged);
    const seenOf = (index: number): Seen | undefined => {
      const messageId = `${id}-${index}`;
      const failed = failures?.some(({ itemIdentifier }) => itemIdentifier === messageId);
      if (failed === undefined) return undefined;
      // Among faults a message may fail for any reason; in a calm because it is refused, which is
      // logged, or for the time that a busy machine took.
      const isRefused = lines.some(
        (line) => line.includes('event_rejected') && line.includes(`"${messageId}"`),
      );
      if (failed && (faultMode !== 'calm' || !isRefused)) return undefined;
      return { status: failed ? 422 : 200, text: '', json: undefined, replayed: false };
    };
    const observations = messages.map((message, index): Observation => {
      const seen = seenOf(index);
      this.#count('event', seen);
      return { id, action: { kind: 'event', message }, seen, fromMs, toMs, skewMs };
    });
    return { seen: undefined, observations };
  }

  #count(kind: string, seen: Seen | undefined): void {
    const answer = seen
      ? [seen.status, seen.replayed && 'replayed', seen.tag].filter(Boolean).join(' ')
      : 'no definite answer';
    this.counts.seen[`${kind} ${answer}`] = (this.counts.seen[`${kind} ${answer}`] ?? 0) + 1;
  }
}
