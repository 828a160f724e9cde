/** The payout function with an instance for each caller, and the load upon it. */

import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../infra/local/lambda/clock.ts';
import type { Runtime } from '../../../../infra/local/lambda/runtime.ts';
import { type Database, openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { type Console, consoleOf } from '../callers.ts';
import { type Conflicts, holdFor, startConflictingDatabase } from './conflicts.ts';

export const PARALLEL = [1, 2, 4, 8, 16, 32, 64];
export const MOST = 64;

const AMOUNT = 10_000_000n;
const BALANCE = 10n ** 15n;

/** Of each caller, before anything is measured: the first requests of a process are its slowest. */
const WARM_UP_REQUESTS = 30;

/**
 * With conflicts all but the machine itself is so many times slower, which leaves it time between
 * them: it then does not tell what the requests do to each other, however busy it is.
 */
const SLOWER = 4;

type CrowdOptions = {
  conflicts: boolean;
  rounds: number;
  requests: number;
};

export type Crowd = {
  /** For each of PARALLEL, the load of one user and that of as many users. */
  hot: Load[];
  many: Load[];
  books: string;
};

export async function crowd(
  stack: LocalStack,
  { conflicts, rounds, requests }: CrowdOptions,
): Promise<Crowd> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  const slower = conflicts ? SLOWER : 1;
  let proxy: Conflicts | undefined;
  if (conflicts) {
    proxy = await startConflictingDatabase(database.endpoint, stack.tables, holdFor(slower));
    opened.defer(proxy.close);
  }
  const service = opened.use(
    await serveStack(slowed(stack, slower), {
      database,
      functionsEndpoint: proxy?.url,
      poolSize: MOST,
      clock: conflicts ? slowClock(slower) : undefined,
      log: () => {},
    }),
  );
  const users = await Promise.all(
    Array.from({ length: MOST + 1 }, async () => {
      const { token } = await database.sessions.create({ available_micro: BALANCE });
      return consoleOf(service.gateway.url, token);
    }),
  );
  const [hotUser, ...others] = users as [Console, ...Console[]];
  const warmUp = await load(others, MOST * WARM_UP_REQUESTS, AMOUNT);

  const hot: Load[][] = PARALLEL.map(() => []);
  const many: Load[][] = PARALLEL.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, parallel] of PARALLEL.entries()) {
      const sides = [
        { loads: hot, callers: Array.from({ length: parallel }, () => hotUser) },
        { loads: many, callers: others.slice(0, parallel) },
      ];
      for (const { loads, callers } of round % 2 === 0 ? sides : sides.toReversed())
        loads[index]?.push(inItsTime(await load(callers, requests, AMOUNT, proxy), slower));
    }
  const all = [warmUp, ...hot.flat(), ...many.flat()];
  return {
    hot: hot.map(together),
    many: many.map(together),
    books: await booksOf(database, service.runtime, together(all).accepted, AMOUNT),
  };
}

/** The gateway's patience is the machine's, and this stack's is so many times longer. */
const slowed = (stack: LocalStack, slower: number): LocalStack => ({
  ...stack,
  routes: stack.routes.map((route) => ({ ...route, timeoutMs: route.timeoutMs * slower })),
});

function slowClock(slower: number): Clock {
  const [startMs, since] = [Date.now(), performance.now()];
  return {
    now: () => Math.floor(startMs + (performance.now() - since) / slower),
    speed: 1 / slower,
  };
}

export type Load = {
  ms: number[];
  accepted: number;
  seconds: number;
  /** What the model of conflicts saw of it, where there was one. */
  conflicts: number;
  heldSeconds: number;
};

/** Sends so many requests: each caller sends its next one when it has its answer. */
async function load(
  callers: readonly Console[],
  requests: number,
  amountMicro: bigint,
  proxy?: Conflicts,
): Promise<Load> {
  const seen = () => ({
    conflicts: proxy?.conflicts() ?? 0,
    heldSeconds: (proxy?.heldMs() ?? 0) / 1000,
  });
  const before = seen();
  const ms: number[] = [];
  let accepted = 0;
  let left = requests;
  const start = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      while (left-- > 0) {
        const sent = performance.now();
        const { status } = await caller.tryPayout(amountMicro);
        ms.push(performance.now() - sent);
        if (status === 202) accepted++;
      }
    }),
  );
  const after = seen();
  return {
    ms,
    accepted,
    seconds: (performance.now() - start) / 1000,
    conflicts: after.conflicts - before.conflicts,
    heldSeconds: after.heldSeconds - before.heldSeconds,
  };
}

const inItsTime = (load: Load, slower: number): Load => ({
  ...load,
  ms: load.ms.map((each) => each / slower),
  seconds: load.seconds / slower,
  heldSeconds: load.heldSeconds / slower,
});

const together = (loads: readonly Load[]): Load => {
  const sum = (of: (load: Load) => number) => loads.reduce((total, load) => total + of(load), 0);
  return {
    ms: loads.flatMap(({ ms }) => ms),
    accepted: sum(({ accepted }) => accepted),
    seconds: sum(({ seconds }) => seconds),
    conflicts: sum(({ conflicts }) => conflicts),
    heldSeconds: sum(({ heldSeconds }) => heldSeconds),
  };
};

export const perSecond = ({ accepted, seconds }: Load): number => accepted / seconds;

/**
 * Of one user: the throughput as a share of what the item allows, which serves one transaction after
 * the other. It is taken as long as each was really held, which on a busy machine is longer.
 */
export const busyShare = ({ heldSeconds, seconds }: Load): number => heldSeconds / seconds;

export const acceptedShare = ({ accepted, ms }: Load): number => accepted / ms.length;

export const BALANCED = 'balance';

/** `balance`, or what does not. */
async function booksOf(
  { client }: Database,
  runtime: Runtime,
  accepted: number,
  amountMicro: bigint,
): Promise<string> {
  const outcome = await runtime.invoke('Reconcile', {});
  if (outcome.type !== 'result') throw new Error('Reconcile did not answer.');
  const { drifted, skipped, next } = JSON.parse(outcome.payload);
  if (drifted !== 0 || skipped !== 0 || next !== undefined) return `drift: ${outcome.payload}`;

  let reserved = 0n;
  const document = DynamoDBDocumentClient.from(client, {
    unmarshallOptions: { wrapNumbers: BigInt },
  });
  for await (const { Items = [] } of paginateScan(
    { client: document },
    { TableName: 'AccountsTable' },
  ))
    for (const { reserved_micro } of Items) reserved += reserved_micro;
  const expected = BigInt(accepted) * amountMicro;
  return reserved === expected ? BALANCED : `${reserved} reserved, ${expected} accepted`;
}
