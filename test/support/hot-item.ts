/**
 * Many requests that write one item, in a time of their own that no machine's load touches: the
 * same model as `proof/bench/hot-user/conflicts.ts`, without a database and without waiting.
 */
import { setImmediate } from 'node:timers/promises';
import { attempts } from '../../lib/store/dynamodb/retry.ts';
import type { Time } from '../../lib/time.ts';
import { Random } from '../proof/simulator/history/random.ts';

/** How long a transaction holds the item. */
const HELD_MS = 10;
/** From a request to DynamoDB, or back. */
const WAY_MS = 1;
/** Of a request before its first attempt: the session, the gateway, the way from the browser. */
const BEFORE_MS = 6;
/** What a payout has until its deadline. */
const BUDGET_MS = 14_000;

type Crowd = {
  callers: number;
  /** So many requests each caller sends, the next one as soon as it has its answer. */
  each: number;
  heldMs?: number;
  seed: string;
};

/** What became of a crowd. */
type Outcome = {
  /** The share of the time, until the last answer, in which the item was held. */
  busy: number;
  /** How long each request waited that was applied, in milliseconds, the shortest first. */
  waitsMs: number[];
  /** Requests whose time was up. */
  late: number;
  attemptsPerRequest: number;
};

export async function crowdOnOneItem({
  callers,
  each,
  heldMs = HELD_MS,
  seed,
}: Crowd): Promise<Outcome> {
  const { time, run } = ownTime(seed);
  const [waitsMs, all] = [[] as number[], callers * each];
  let [heldUntil, sent, late, ended] = [0, 0, 0, 0];

  /** Whether it was applied. */
  const attempt = async (): Promise<boolean> => {
    sent++;
    await time.sleep(WAY_MS);
    const isFree = time.now() >= heldUntil;
    if (isFree) {
      heldUntil = time.now() + heldMs;
      await time.sleep(heldMs);
    }
    await time.sleep(WAY_MS);
    return isFree;
  };
  const request = async (): Promise<void> => {
    await time.sleep(BEFORE_MS * (0.5 + time.random()));
    const cameMs = time.now();
    for await (const _ of attempts({ time, deadlineMs: cameMs + BUDGET_MS }, () => true))
      if (await attempt()) {
        ended = time.now();
        waitsMs.push(ended - cameMs);
        return;
      }
    late++;
  };
  const caller = async () => {
    for (let sentHere = 0; sentHere < each; sentHere++) await request();
  };
  await run(Array.from({ length: callers }, caller));
  return {
    busy: (waitsMs.length * heldMs) / ended,
    waitsMs: waitsMs.sort((one, other) => one - other),
    late,
    attemptsPerRequest: sent / all,
  };
}

/** A clock that jumps to the next sleeper as soon as everybody sleeps, with dice that repeat. */
function ownTime(seed: string): { time: Time; run: (work: Promise<void>[]) => Promise<void> } {
  let nowMs = 0;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const dice = new Random(seed);
  const sleep = (milliseconds: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const atMs = nowMs + milliseconds;
    const index = sleepers.findLastIndex((other) => other.atMs <= atMs);
    sleepers.splice(index + 1, 0, { atMs, wake: resolve });
    return promise;
  };
  const run = async (work: Promise<void>[]) => {
    for (;;) {
      await setImmediate();
      const next = sleepers.shift();
      if (!next) break;
      nowMs = next.atMs;
      next.wake();
    }
    await Promise.all(work);
  };
  return { time: { now: () => nowMs, sleep, random: () => dice.next() }, run };
}
