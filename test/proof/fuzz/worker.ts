/** A worker sends requests one by one, for users of its own, so that each write has one cause. */
import fc from 'fast-check';
import { seedOf } from './derived.ts';
import type { FuzzedStack } from './fuzzed-stack.ts';
import { type Draft, draft } from './grammar/whole-requests.ts';
import { readStream } from './oracle/http-message.ts';
import type { Judge } from './oracle/judge.ts';
import { predict, QUEUE_ROUTE, type View } from './oracle/predict.ts';
import { RawClient } from './raw-client.ts';
import type { Secrets } from './secrets.ts';
import { type JudgedRequest, sendAndJudge } from './send-and-judge.ts';
import type { User } from './user.ts';
import { makeUserGroup, type UserGroup, usersOf } from './user-group.ts';

export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  #alone: Promise<unknown> | undefined;

  async shared<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#alone) await this.#alone;
    const running = work();
    const settled = running.catch(() => {}).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return running;
  }

  async exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#alone) await this.#alone;
    const running = Promise.all(this.#running).then(work);
    this.#alone = running.catch(() => {});
    return running.finally(() => {
      this.#alone = undefined;
    });
  }
}

export const WORKERS = 8;

/** After so many requests of a worker its users have seen everything, and new ones come. */
export const REQUESTS_PER_GROUP = 400;

export type Shared = {
  seed: number;
  stack: FuzzedStack;
  judge: Judge;
  lock: SharedLock;
  secrets: Secrets;
  /** The users of all groups. */
  everyone: User[];
  onJudged: (index: number, judged: JudgedRequest) => void;
};

export type Failure = { index: number; first: JudgedRequest; smallest: JudgedRequest };

export class Worker {
  readonly #number: number;
  readonly #shared: Shared;
  readonly #client: RawClient;
  #generation = -1;
  #group: { name: string; group: UserGroup } | undefined;
  /** Names the next group. */
  #name = '';

  constructor(number: number, shared: Shared) {
    this.#number = number;
    this.#shared = shared;
    this.#client = new RawClient(shared.stack.port);
  }

  close(): void {
    this.#client.close();
  }

  /** Sends this request of the run; what is wrong, shown by the smallest request that shows it. */
  async check(index: number, shrinkMs: number): Promise<Failure | undefined> {
    const generation = generationOf(index);
    if (this.#generation !== generation) this.#name = `${generation}`;
    this.#generation = generation;
    const failed: JudgedRequest[] = [];
    let shrinkUntilMs = Number.POSITIVE_INFINITY;
    const property = fc.asyncProperty(draft, async (draft) => {
      // fast-check's own limit would go on while a request is still under way.
      if (performance.now() > shrinkUntilMs) return;
      const judged = await this.#send(draft);
      if (failed.length === 0) this.#shared.onJudged(index, judged);
      if (judged.findings.length === 0) return;
      failed.push(judged);
      if (failed.length === 1) shrinkUntilMs = performance.now() + shrinkMs;
      // What the model believes may no longer be stored, so the next request is for new users.
      this.#name = `${generation}~${index}.${failed.length}`;
      throw new Error(judged.findings.join('\n'));
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
    this.#name = `${generation}~${index}`;
    return { index, first, smallest };
  }

  async #send(draft: Draft): Promise<JudgedRequest> {
    const { lock, stack, judge, everyone } = this.#shared;
    const group = await lock.shared(() => this.#currentGroup());
    const own = usersOf(group);
    const view: View = { own, everyone: () => everyone };
    const ids = own.map(({ id }) => id);
    const work = (): Promise<JudgedRequest> =>
      sendAndJudge(bytes, {
        client: this.#client,
        judge,
        view,
        takeWrites: () => stack.watch.take(ids),
      });
    const bytes = draft(group);
    // The queue shows the payouts of all workers, so nothing may move while it is looked at.
    const asksForQueue = readStream(bytes).messages.some(
      (message) => predict(message, view).route === QUEUE_ROUTE,
    );
    return asksForQueue ? lock.exclusive(work) : lock.shared(work);
  }

  async #currentGroup(): Promise<UserGroup> {
    const { seed, stack, secrets, everyone } = this.#shared;
    if (this.#group?.name === this.#name) return this.#group.group;
    const group = makeUserGroup(seed, this.#number, this.#name, WORKERS);
    await stack.putUsers(group);
    for (const user of usersOf(group)) secrets.add(user);
    everyone.push(...usersOf(group));
    this.#group = { name: this.#name, group };
    return group;
  }
}

export const generationOf = (index: number): number =>
  Math.floor(index / WORKERS / REQUESTS_PER_GROUP);
