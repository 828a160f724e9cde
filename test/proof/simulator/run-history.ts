/** Runs a history step by step, with users of its own, and has every step verified. */

import { Chain } from './chain/chain.ts';
import { isUnsettled } from './chain/facts.ts';
import { inspect } from './chain/inspectors.ts';
import { pay, payMany } from './chain/payers.ts';
import { PROVIDERS_KEY } from './chain/providers.ts';
import type { Ask } from './chain/shown.ts';
import { isVerified } from './chain/transactions.ts';
import { Duties } from './duties/duties.ts';
import { Random } from './history/random.ts';
import {
  type Numbered,
  type Operation,
  type PayoutRef,
  type Step,
  usersOf,
} from './history/steps.ts';
import type { Action, Observation, Seen } from './model/observation.ts';
import { Clients, record, userParts } from './stack/clients.ts';
import { deleteExpiredOf } from './stack/expiry.ts';
import { writeAsNewer } from './stack/newer-version.ts';
import { joined, walk } from './stack/pages.ts';
import type { SimulatedStack } from './stack/simulated-stack.ts';
import { Users } from './stack/users.ts';
import { type Counts, type Done, type Settling, type Violation, verify } from './verify.ts';

/** On a busy machine a run may be out of its hurried time. */
const FAILURES_MAX = 5;
const READS = new Set(['me', 'get', 'show', 'stranger']);

export class Run {
  readonly users: Users;
  readonly chain = new Chain();
  readonly counts: Counts = { operations: 0, unknown: 0, seen: {}, found: {} };
  readonly #stack: SimulatedStack;
  readonly #salt: string;
  readonly #clients: Clients;
  readonly #duties: Duties;
  /** Runs of the scheduled settling of which a write may still arrive. */
  #settling: Settling[] = [];
  #logsRead = 0;
  /** How often in a row the scheduled settling has failed although all was calm. */
  #failures = 0;

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
    await this.#stack.database.clearLooks();
    this.#stack.providers.chain = this.chain;
    this.#logsRead = this.#stack.logs.length;
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

  /** Payouts that a recorded attempt has paid, as is final, and that are not sent. */
  async unsettled(): Promise<string[]> {
    const taken = await this.#stack.database.readEvidence();
    return [...this.users.values()]
      .flatMap(({ state }) => Object.values(state.payouts))
      .filter((payout) => isUnsettled(this.chain, taken, payout))
      .map(({ id }) => id);
  }

  /** Runs the step; what it broke, if anything. */
  async step(step: Step): Promise<{ violation: Violation | undefined; done: Done[] }> {
    const { clock, proxy, database, providers } = this.#stack;
    if (step.faultMode === 'crash') await this.#stack.restartEngine();
    const arrived = step.deliverLate ? await proxy.deliverLate() : new Set<string>();
    clock.set(Math.max(step.atMs, clock.now()));
    if (step.duty) return { violation: await this.#duties.perform(step, step.duty), done: [] };
    const waiting = [...this.users].filter(([, { open }]) =>
      open.some(({ traceId }) => arrived.has(traceId)),
    );
    // In a part of a history an operation may be about a payout that was never made,
    // and in a whole one about a payout of somebody who has left.
    const possible = step.operations.flatMap((numbered) => this.#possible(numbered));
    // A run looks at everybody's payouts.
    const settles =
      possible.some(({ operation }) => operation.kind === 'settle') ||
      this.#settling.some(({ traceId }) => arrived.has(traceId));
    const touched = new Set([
      ...possible.flatMap(({ operation }) => usersOf(operation)),
      ...waiting.map(([user]) => user),
      ...(settles ? this.users.keys() : []),
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
    providers.begin(`${step.seed} ${step.number}`, step.faultMode === 'calm');
    const done = await Promise.all(
      traced.map(async ({ numbered, traceId }) => {
        const result = await this.#perform(numbered, traceId, step.faultMode);
        proxy.end(traceId);
        return { numbered, traceId, ...result };
      }),
    );
    await proxy.settle();
    const { users, chain, counts } = this;
    const settling = [
      ...this.#settling.map((run) => ({ ...run, isOld: true, toMs: this.nowMs })),
      ...done.flatMap(({ traceId, run }) => (run ? [{ ...run, traceId, isOld: false }] : [])),
    ];
    this.#settling = settling.filter(({ traceId }) => proxy.lateTraces.has(traceId));
    const inCalm = step.faultMode === 'calm' ? done.flatMap(({ run }) => run ?? []) : [];
    for (const { hasFailed } of inCalm) this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (this.#failures > FAILURES_MAX) {
      const [rule, details] = ['the settling fails when all is calm', this.#stack.logs.slice(-5)];
      return { violation: { step: step.number, users: [], rule, details }, done };
    }
    const about = { step, touched: [...touched], done, settling };
    const violation =
      this.#toldSecret(step) ?? (await verify(this.#stack, users, chain, about, counts));
    return { violation, done };
  }

  /** The operation with what of it is about payouts that were made; none where nothing is left. */
  #possible(numbered: Numbered): Numbered[] {
    const { operation } = numbered;
    if ('payout' in operation) return this.knows(operation.payout) ? [numbered] : [];
    if (operation.kind !== 'payMany') return [numbered];
    const payouts = operation.payouts.filter((payout) => this.knows(payout));
    return payouts.length > 0 ? [{ ...numbered, operation: { ...operation, payouts } }] : [];
  }

  /** Where a provider is found is a secret, which no log may hold. */
  #toldSecret({ number }: Step): Violation | undefined {
    const { logs } = this.#stack;
    const details = logs.slice(this.#logsRead).filter((line) => line.includes(PROVIDERS_KEY));
    this.#logsRead = logs.length;
    return details.length > 0
      ? { step: number, users: [], rule: 'a log holds a secret', details }
      : undefined;
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
    if (operation.kind === 'settle') {
      const outcome = await this.#stack.runtime.invoke('SettleByChain', {}, traceId);
      this.counts.seen[`settle ${outcome.type}`] =
        (this.counts.seen[`settle ${outcome.type}`] ?? 0) + 1;
      const hasFailed = outcome.type !== 'result';
      const run = { id, fromMs, toMs: this.nowMs, skewMs, hasFailed };
      return { seen: undefined, observations: [], run };
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
      for (let block = 0; block < operation.count; block++) this.chain.produce(random, this.nowMs);
      return { seen: undefined, observations: [] };
    }
    if (operation.kind === 'pay' || operation.kind === 'payMany' || operation.kind === 'inspect') {
      const observations: Observation[] = [];
      const ask: Ask = async (action) => {
        const fromMs = this.nowMs;
        const seen = await this.#clients.send(action, this.users, traceId, { nth: id });
        this.#count(action.kind, seen);
        observations.push(
          ...this.#observed(action, { id, seen, fromMs, toMs: this.nowMs, skewMs }),
        );
        return seen;
      };
      if (operation.kind === 'inspect') await inspect(operation, this.chain, ask);
      else if (operation.kind === 'payMany') await payMany(operation, `${id}`, this.chain, ask);
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
    return { seen, observations: this.#observed(operation, { id, seen, fromMs, toMs, skewMs }) };
  }

  /** A read without an answer is nothing that happened to anybody. */
  #observed(
    action: Exclude<Action, { user: number; part: string }>,
    of: Omit<Observation, 'action'>,
  ): Observation[] {
    if (of.seen === undefined && READS.has(action.kind)) return [];
    if (action.kind === 'me')
      return [
        { action, ...of },
        { action: { kind: 'limit', user: action.user }, ...of },
      ];
    if (action.kind !== 'sent' || of.seen?.status === 200) return [{ action, ...of }];
    const payout = this.users.payout(action.payout.operation);
    if (!payout || !isVerified(payout.network)) return [{ action, ...of }];
    // What is not final yet is recorded, for which an unclaimed payout is claimed before.
    const { operator } = action;
    const claim = { kind: 'claim', operator, payout: action.payout, isPart: true } as const;
    return [
      { action: claim, ...of, seen: undefined },
      { action, ...of },
    ];
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
