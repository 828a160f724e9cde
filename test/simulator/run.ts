/**
 * Runs a history step by step, with new users of its own, and after every step holds what clients saw and what is stored
 * against the model. The unknown outcomes stay open for as long as a write of theirs may still arrive.
 */
import { isDeepStrictEqual } from 'node:util';
import { v5 } from 'uuid';
import { tokenHash } from '../../lib/session.ts';
import { type Books, faultsOf } from './books.ts';
import { Clients, type Names, record, userParts } from './clients.ts';
import { explain, textOf } from './explain.ts';
import type { Action, Happening, Seen } from './happening.ts';
import { newUser, operatorsView, type Payout, statusOf, type User } from './model.ts';
import { type Numbered, type Operation, type PayoutRef, type Step, usersOf } from './operations.ts';
import type { Stack } from './stack.ts';

export type Violation = { step: number; users: number[]; rule: string; details: string[] };

export type Person = {
  userId: string;
  state: User;
  /** Undefined until something was stored. */
  books: Books | undefined;
  /** Unknown happenings of which a write may still arrive, with their traces. */
  open: { happening: Happening; traceId: string }[];
  session: string;
  sessionExpiresAtMs: number;
};

type Done = { numbered: Numbered; traceId: string; happenings: Happening[]; seen: Seen | undefined };

const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const HOUR_MS = 3_600_000;
const SESSION_MS = 24 * HOUR_MS;

export class Run {
  readonly people = new Map<number, Person>();
  /** Each message of a batch of events counts as an operation. */
  readonly counts = { operations: 0, unknown: 0, tookPlace: 0, seen: {} as Record<string, number> };
  readonly #stack: Stack;
  readonly #salt: string;
  readonly #clients: Clients;
  readonly #names: Names;

  constructor(stack: Stack, salt: string) {
    this.#stack = stack;
    this.#salt = salt;
    this.#clients = new Clients(stack);
    this.#names = {
      userId: (user) => v5(`${salt} ${user}`, NAMESPACE),
      cookie: (user, session) => this.#cookie(user, session),
      payoutId: (operation) => this.#payoutId(operation),
    };
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
  knows = ({ operation }: PayoutRef): boolean => this.#payoutId(operation) !== undefined;

  /** The user has left; nothing more is asked of them. */
  forget = (user: number): boolean => this.people.delete(user);

  /** Runs the step; what it broke, if anything. */
  async step(step: Step): Promise<{ violation: Violation | undefined; done: Done[] }> {
    const { clock, wire } = this.#stack;
    if (step.weather === 'crash') await this.#stack.restartEngine();
    const late = step.deliverLate ? wire.lateTraces : new Set<string>();
    if (step.deliverLate) await wire.deliverLate();
    clock.set(Math.max(step.atMs, clock.now()));
    const touched = new Set([
      ...step.operations.flatMap(({ operation }) => usersOf(operation)),
      ...[...this.people]
        .filter(([, { open }]) => open.some(({ traceId }) => late.has(traceId)))
        .map(([user]) => user),
    ]);
    for (const user of touched) await this.#meet(user);

    const traced = step.operations
      .filter(
        ({ operation }) =>
          !('payout' in operation) || this.#payoutId(operation.payout.operation) !== undefined,
      )
      .map((numbered) => ({ numbered, traceId: `Root=1-${this.#salt}-${step.number}-${numbered.id}` }));
    wire.begin(
      `${this.#seedOf(step)}`,
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
    return { violation: await this.#verify(step, [...touched], done), done };
  }

  /** The dice of a step do not depend on who the users are in this run. */
  #seedOf = (step: Step): string => `${step.seed} ${step.number}`;

  async #perform({ id, operation }: Numbered, traceId: string, weather: Step['weather']) {
    const fromMs = this.nowMs;
    this.counts.operations += operation.kind === 'events' ? operation.messages.length : 1;
    if (operation.kind === 'events') return this.#deliver(id, operation, traceId, weather, fromMs);
    if (operation.kind === 'sweep') {
      await this.#stack.runtime.invoke('UnlockDueRewards', {}, traceId);
      return { seen: undefined, happenings: [] };
    }
    const seen = await this.#clients.send(operation, this.#names, traceId);
    const toMs = this.nowMs;
    this.#count(operation.kind, seen);
    if (operation.kind === 'queue') return { seen, happenings: [] };
    if (operation.kind === 'user')
      return { seen, happenings: seen ? userParts(id, operation.user, seen, fromMs, toMs) : [] };
    const isRead = ['me', 'list', 'rewards', 'get', 'show', 'stranger'].includes(operation.kind);
    const happenings =
      seen || !isRead ? [{ id, action: operation satisfies Action, seen, fromMs, toMs }] : [];
    return { seen, happenings };
  }

  async #deliver(
    id: number,
    { messages }: Extract<Operation, { kind: 'events' }>,
    traceId: string,
    weather: Step['weather'],
    fromMs: number,
  ) {
    const Records = messages.map((message, index) => record(`${id}-${index}`, message, this.#names));
    const outcome = await this.#stack.runtime.invoke('ProcessBillingEvents', { Records }, traceId);
    const toMs = this.nowMs;
    const result = outcome.type === 'result' ? JSON.parse(outcome.payload) : undefined;
    const failures = result?.batchItemFailures?.map(
      ({ itemIdentifier }: { itemIdentifier: string }) => itemIdentifier,
    );
    const seenOf = (index: number): Seen | undefined => {
      if (failures === undefined) return undefined;
      const failed = failures.includes(`${id}-${index}`);
      // In bad weather a message may have failed for any reason; in good weather only because it is refused.
      if (failed && weather !== 'calm') return undefined;
      return { status: failed ? 422 : 200, text: '', json: undefined, replayed: false };
    };
    const happenings = messages.map((message, index): Happening => {
      const seen = seenOf(index);
      this.#count('event', seen);
      return { id, action: { kind: 'event', message }, seen, fromMs, toMs };
    });
    return { seen: undefined, happenings };
  }

  async #verify(step: Step, touched: number[], done: Done[]): Promise<Violation | undefined> {
    const { wire } = this.#stack;
    const violation = (users: number[], rule: string, details: string[] = []): Violation => {
      return { step: step.number, users, rule, details };
    };
    const broken = wire.violations.splice(0)[0];
    if (broken) return violation(touched, broken);

    for (const user of touched) {
      const person = this.#person(user);
      const before = person.books;
      const books = await this.#stack.database.booksOf(person.userId);
      const nowMs = this.nowMs;
      const faults = faultsOf(books, before, nowMs);
      if (faults.length > 0) return violation([user], 'the books are wrong', faults);

      const own = done.flatMap(({ traceId, happenings }) =>
        happenings
          .filter((happening) => isAbout(happening, user))
          .map((happening) => ({ happening, traceId })),
      );
      const all = [
        ...person.open.map(({ happening, traceId }) => ({
          traceId,
          happening: { ...happening, toMs: nowMs },
        })),
        ...own,
      ];
      const stored = { userId: person.userId, user: books.user };
      const found = explain(
        person.state,
        all.map(({ happening }) => happening),
        stored,
      );
      if (!found) {
        const seen = all.map(({ happening }) => describe(happening));
        const rule = 'no order of the operations explains what was seen and stored';
        return violation([user], rule, [...seen, ...differences(person.state, books.user)]);
      }
      this.counts.unknown += own.filter(({ happening }) => happening.seen === undefined).length;
      this.counts.tookPlace += found.tookPlace.length;
      person.state = found.after;
      person.books = books;
      const lateTraces = wire.lateTraces;
      person.open = all.filter(
        ({ happening, traceId }) =>
          happening.seen === undefined && !found.tookPlace.includes(happening) && lateTraces.has(traceId),
      );
    }
    for (const { numbered, seen } of done) {
      const { operation } = numbered;
      const fault = operation.kind === 'queue' && seen ? this.#queueFault(operation, seen, step) : undefined;
      if (fault) return violation([...this.people.keys()], fault);
    }
    return undefined;
  }

  /** The queue shows payouts as they are or just were, in the order of request; asked alone, it shows all of them. */
  #queueFault(operation: Extract<Operation, { kind: 'queue' }>, seen: Seen, step: Step): string | undefined {
    const { items } = seen.json as { items: { id: string; user_id: string; history: unknown[] }[] };
    const known = new Map([...this.people.values()].map((person) => [person.userId, person]));
    const ours = items.filter((item) => known.has(item.user_id));
    for (const item of ours) {
      const payout = known.get(item.user_id)?.state.payouts[item.id];
      const then = payout && { ...payout, history: payout.history.slice(0, item.history.length) };
      if (
        !then ||
        statusOf(then) !== operation.status ||
        !isDeepStrictEqual(item, operatorsView(item.user_id, then))
      )
        return `the queue shows what never was: ${show(item)}`;
    }
    if (items.some((item, index) => index > 0 && item.id <= (items[index - 1]?.id ?? '')))
      return 'the queue is out of order';
    if (step.operations.length > 1) return undefined;
    const upTo = items.length < operation.limit ? undefined : items.at(-1)?.id;
    const open = [...known.values()]
      .flatMap(({ state }) => Object.values(state.payouts))
      .filter(
        (payout: Payout) =>
          statusOf(payout) === operation.status && (upTo === undefined || payout.id <= upTo),
      )
      .map(({ id }) => id)
      .sort();
    return isDeepStrictEqual(
      open,
      ours.map(({ id }) => id),
    )
      ? undefined
      : `the queue shows ${show(ours)}, open are ${open}`;
  }

  #person(user: number): Person {
    const person = this.people.get(user);
    if (!person) throw new Error(`nobody has met user ${user}`);
    return person;
  }

  /** Signs the user in, anew when the session would soon expire. */
  async #meet(user: number): Promise<void> {
    const known = this.people.get(user);
    if (known && known.sessionExpiresAtMs > this.nowMs + HOUR_MS) return;
    const userId = this.#names.userId(user);
    const session = `${this.#salt}-${user}-${this.nowMs}`;
    const sessionExpiresAtMs = this.nowMs + SESSION_MS;
    const rows = [
      { token: session, expiresAtMs: sessionExpiresAtMs },
      { token: `${this.#salt}-${user}-expired`, expiresAtMs: this.nowMs },
      { token: `${this.#salt}-${user}-revoked`, expiresAtMs: sessionExpiresAtMs, revoked: true },
    ];
    for (const { token, expiresAtMs, revoked = false } of rows) {
      const Item = {
        token_hash: { S: tokenHash(token) },
        user_id: { S: userId },
        expires_at: { N: String(Math.floor(expiresAtMs / 1000)) },
        ...(revoked && { revoked_at: { N: String(Math.floor(this.nowMs / 1000)) } }),
      };
      await this.#stack.database.send('PutItem', { TableName: 'SessionsTable', Item });
    }
    if (known) Object.assign(known, { session, sessionExpiresAtMs });
    else
      this.people.set(user, {
        userId,
        state: newUser(),
        books: undefined,
        open: [],
        session,
        sessionExpiresAtMs,
      });
  }

  #cookie(user: number, session?: 'missing' | 'expired' | 'revoked' | 'unknown'): string | undefined {
    if (session === 'missing') return undefined;
    const token = session === undefined ? this.#person(user).session : `${this.#salt}-${user}-${session}`;
    return `nl_session=${token}`;
  }

  #payoutId(operation: number): string | undefined {
    for (const { state } of this.people.values())
      for (const { id, madeBy } of Object.values(state.payouts)) if (madeBy === operation) return id;
    return undefined;
  }

  #count(kind: string, seen: Seen | undefined): void {
    const key =
      `${kind} ${seen ? `${seen.status}${seen.replayed ? ' replayed' : ''} ${seen.tag ?? ''}` : 'unknown'}`.trim();
    this.counts.seen[key] = (this.counts.seen[key] ?? 0) + 1;
  }
}

/** A payout's steps are its owner's business, whoever asks. */
function isAbout({ action }: Happening, user: number): boolean {
  if (action.kind === 'event') return action.message.user === user;
  return 'payout' in action ? action.payout.user === user : action.user === user;
}

/** What is stored differently from before; what is the same explains nothing. */
const differences = (before: User, stored: User): string[] =>
  (['payouts', 'rewards', 'invoices', 'keys'] as const).flatMap((kind) =>
    [...new Set([...Object.keys(before[kind]), ...Object.keys(stored[kind])])].flatMap((id) => {
      const [was, is] = [before[kind][id], stored[kind][id]];
      return textOf(was) === textOf(is)
        ? []
        : [`${kind} ${id}: ${show(was) ?? 'none'} -> ${show(is) ?? 'none'}`];
    }),
  );

const show = (value: unknown): string =>
  JSON.stringify(value, (_name, member) => (typeof member === 'bigint' ? `${member}` : member));

export const describe = ({ id, action, seen, fromMs, toMs }: Happening): string =>
  `#${id} ${show(action)} -> ${seen ? `${seen.status} ${seen.replayed ? 'replayed ' : ''}${seen.text}` : 'unknown'} (${fromMs}-${toMs})`;
