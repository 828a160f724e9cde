/**
 * The proxy between the functions and the database. Of the operations under way in a step it lets
 * one call pass at a time, in an order that the seed chooses, and only when every operation has
 * come to a call: so a race is a matter of the seed, not of the machine. What hits a call is
 * chosen by its own dice, and so does not depend on the others.
 */
import { type Exchange, startProxy } from '../../../support/fault-proxy.ts';
import { Random } from '../history/random.ts';
import type { Step } from '../history/steps.ts';
import { deleteExpired } from './expiry.ts';
import { applyFault, chooseFault, isDefinite } from './faults.ts';
import { HalfApplied, type TableKeys } from './half-applied.ts';
import { LaggingIndexes } from './lagging-indexes.ts';
import type { Database } from './stored-state.ts';
import { Tokens } from './tokens.ts';

/** An operation that neither calls nor ends for so long is busy otherwise, pausing for instance. */
const PATIENCE_MS = 20;

type StackControls = {
  killFunction: (traceId: string) => Promise<void>;
  restartEngine: () => Promise<void>;
  nowMs: () => number;
};

type Call = { exchange: Exchange; done: () => void };
type Late = { exchange: Exchange; traceId: string };

export class DatabaseProxy {
  url = '';
  /** How often which fault hit a call. */
  readonly faultCounts: Record<string, number> = {};
  /** Broken rules of the proxy itself. */
  readonly violations: string[] = [];
  #controls: StackControls;
  #close: () => Promise<void> = async () => {};
  #order = new Random('');
  #dice: (traceId: string, exchange: Exchange) => Random = () => new Random('');
  #faultMode: Step['faultMode'] = 'calm';
  /** The operations under way, by their traces, with their calls that wait. */
  readonly #active = new Map<string, Call[]>();
  /** Operations whose call was left without an answer. */
  readonly #hanging = new Set<string>();
  /** The operations that have ended: what still comes of them left a function that is no more. */
  readonly #ended = new Set<string>();
  /** The calls that pass, also those whose sender has been ended meanwhile. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #late: Late[] = [];
  readonly #tokens = new Tokens();
  readonly #halfApplied = new HalfApplied(this.violations);
  readonly #indexes = new LaggingIndexes();
  #database!: Database;
  #turn: Promise<void> = Promise.resolve();
  #passing = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor(controls: StackControls) {
    this.#controls = controls;
  }

  async open(databaseUrl: string, database: Database, keys: TableKeys): Promise<void> {
    this.#database = database;
    this.#halfApplied.open(keys);
    this.#indexes.open(keys, database);
    const proxy = await startProxy(databaseUrl, (exchange) => this.#arrive(exchange));
    this.url = proxy.url;
    this.#close = proxy.close;
  }

  close = (): Promise<void> => this.#close();

  /** A step begins: all its operations are under way until each is said to have ended. */
  begin(
    number: number,
    seed: string,
    faultMode: Step['faultMode'],
    traceIds: readonly string[],
  ): void {
    this.#faultMode = faultMode;
    this.#order = new Random(`${seed} order`);
    const nth = new Map<string, number>();
    this.#dice = (traceId, { operation }) => {
      const key = `${traceId.split('-').at(-1)} ${operation}`;
      nth.set(key, (nth.get(key) ?? 0) + 1);
      return new Random(`${seed} ${key} ${nth.get(key)}`);
    };
    for (const traceId of traceIds) this.#active.set(traceId, []);
    this.#tokens.clear();
    this.#indexes.begin(number);
  }

  end(traceId: string): void {
    // A function that was ended may have left calls behind; they are lost.
    for (const { exchange, done } of this.#active.get(traceId) ?? []) {
      exchange.drop();
      done();
    }
    this.#active.delete(traceId);
    this.#hanging.delete(traceId);
    this.#ended.add(traceId);
    this.#pump();
  }

  /**
   * The step has ended: what is still on its way to the database arrives, and what is half applied
   * is applied. Only then does nothing change any more of what a verification reads.
   */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#halfApplied.settle();
  }

  /** Whose transactions are never shown half applied. */
  set damagedUsers(userIds: ReadonlySet<string>) {
    this.#halfApplied.damagedUsers = userIds;
  }

  /** The payouts that the operators' queue had not as they are, at some time in this step. */
  get laggingIds(): ReadonlySet<string> {
    return this.#indexes.laggingIds;
  }

  /** The operations of which a write may still arrive. */
  get lateTraces(): ReadonlySet<string> {
    return new Set(this.#late.map(({ traceId }) => traceId));
  }

  /** Lets the writes arrive that were kept for later; the traces that they belong to. */
  async deliverLate(): Promise<ReadonlySet<string>> {
    const traces = this.lateTraces;
    for (const { exchange } of this.#late.splice(0))
      await exchange.forward().catch(() => undefined);
    return traces;
  }

  async #arrive(exchange: Exchange): Promise<void> {
    const calls = exchange.traceId === undefined ? undefined : this.#active.get(exchange.traceId);
    // A function reads once when it starts, which is no part of any operation.
    if (!calls) {
      // What a function sent before it was ended may come after its operation's end; it is lost.
      if (this.#ended.has(exchange.traceId ?? '')) return exchange.drop();
      return exchange.reply(await exchange.forward());
    }
    await new Promise<void>((done) => {
      calls.push({ exchange, done });
      this.#pump();
    });
  }

  #pump(): void {
    clearTimeout(this.#patience);
    // An operation alone needs no order.
    if (this.#active.size === 1) this.#passAll();
    if (this.#passing > 0) return;
    const waiting = [...this.#active].filter(([, calls]) => calls.length > 0);
    if (waiting.length === 0 && this.#halfApplied.isEmpty) return;
    const awaited = [...this.#active].filter(
      ([traceId, calls]) => calls.length === 0 && !this.#hanging.has(traceId),
    );
    const goOn = waiting.length > 0 ? () => this.#passOne() : () => void this.#applyRest();
    if (awaited.length === 0) goOn();
    else this.#patience = setTimeout(goOn, PATIENCE_MS);
  }

  /** Where nobody else calls, what is half applied need not wait for longer. */
  async #applyRest(): Promise<void> {
    this.#passing++;
    await this.#halfApplied.settle();
    this.#passing--;
    this.#pump();
  }

  #passAll(): void {
    for (const [traceId, calls] of this.#active)
      for (const call of calls.splice(0)) this.#start(traceId, call);
  }

  #passOne(): void {
    const waiting = [...this.#active].filter(([, calls]) => calls.length > 0);
    const [traceId, calls] = this.#order.pick(waiting) ?? [];
    const call = calls?.shift();
    if (traceId !== undefined && call) this.#start(traceId, call);
  }

  #start(traceId: string, call: Call): void {
    const passing = this.#pass(traceId, call).finally(() => this.#underWay.delete(passing));
    this.#underWay.add(passing);
  }

  async #pass(traceId: string, { exchange, done }: Call): Promise<void> {
    this.#passing++;
    try {
      if (exchange.operation.startsWith('Transact')) await this.#inTurn(traceId, exchange);
      else await this.#meet(traceId, exchange);
    } catch {
      exchange.drop();
    }
    await this.#halfApplied.passed();
    this.#passing--;
    done();
    this.#pump();
  }

  /** Transactions meet one another; those of an operation alone too, which come side by side. */
  async #inTurn(traceId: string, exchange: Exchange): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    await this.#meet(traceId, exchange).finally(resolve);
  }

  async #meet(traceId: string, exchange: Exchange): Promise<void> {
    const repeated = this.#tokens.refusalOf(exchange);
    const refusal = repeated ?? (await this.#halfApplied.refusal(exchange));
    const name = repeated
      ? 'repeatRefusal'
      : refusal
        ? 'metHalfApplied'
        : this.#faultOf(traceId, exchange);
    if (this.#tokens.isBroken(exchange))
      this.violations.push('a payout was sent again with another token');
    if (!isDefinite(name)) this.#tokens.noteDoubt(exchange);
    if (name !== 'none') this.faultCounts[name] = (this.faultCounts[name] ?? 0) + 1;
    if (name.startsWith('hang') || name === 'stallReply') this.#hanging.add(traceId);
    if (refusal) return exchange.reply(refusal);
    if (name === 'none') {
      const reply = await exchange.forward();
      this.#tokens.noteRefusal(exchange, reply);
      return exchange.reply(this.#indexes.answer(exchange, reply));
    }
    await applyFault(name, exchange, {
      killFunction: () => this.#controls.killFunction(traceId),
      restartEngine: this.#controls.restartEngine,
      keepForLater: () => this.#late.push({ exchange, traceId }),
      applyByHalves: (isLost) => this.#applyByHalves(traceId, exchange, isLost),
      lagIndexes: () => this.#indexes.leaveBehind(exchange, this.#dice(traceId, exchange)),
      expireKeys: () => deleteExpired(this.#database, exchange, this.#controls.nowMs()),
    });
  }

  async #applyByHalves(traceId: string, exchange: Exchange, isLost: boolean): Promise<void> {
    const reply = await this.#halfApplied.begin(
      exchange,
      this.#dice(traceId, exchange),
      (applied) => {
        this.#hanging.delete(traceId);
        if (!isLost) exchange.reply(applied);
      },
    );
    if (reply) exchange.reply(reply);
    else if (isLost) {
      this.#tokens.noteDoubt(exchange);
      exchange.drop();
    } else this.#hanging.add(traceId);
  }

  #faultOf(traceId: string, exchange: Exchange): string {
    if (this.#faultMode === 'storm') return 'failBefore';
    if (this.#faultMode !== 'faults') return 'none';
    const isAlone = this.#active.size === 1;
    return chooseFault(this.#dice(traceId, exchange), exchange.operation, isAlone);
  }
}
