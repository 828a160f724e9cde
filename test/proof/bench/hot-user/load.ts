/** The payout function with an instance for each caller, and the load upon it. */

import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '../../../../infra/local/lambda/runtime.ts';
import { type Database, openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { type Console, consoleOf } from '../callers.ts';
import { type Conflicts, startConflictingDatabase } from './conflicts.ts';

export const PARALLEL = [1, 2, 4, 8, 16, 32, 64];
export const MOST = 64;

const AMOUNT = 10_000_000n;
const BALANCE = 10n ** 15n;

/** Of each caller, before anything is measured: the first requests of a process are its slowest. */
const WARM_UP_REQUESTS = 30;

type CrowdOptions = {
  conflicts: boolean;
  rounds: number;
  requests: number;
};

export type Crowd = {
  /** For each of PARALLEL, the load of one user and that of as many users. */
  hot: Load[];
  many: Load[];
  conflicts: number;
  books: string;
};

export async function crowd(
  stack: LocalStack,
  { conflicts, rounds, requests }: CrowdOptions,
): Promise<Crowd> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  let proxy: Conflicts | undefined;
  if (conflicts) {
    proxy = await startConflictingDatabase(database.endpoint, stack.tables);
    opened.defer(proxy.close);
  }
  const service = opened.use(
    await serveStack(stack, {
      database,
      functionsEndpoint: proxy?.url,
      poolSize: MOST,
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
        loads[index]?.push(await load(callers, requests, AMOUNT));
    }
  const all = [warmUp, ...hot.flat(), ...many.flat()];
  return {
    hot: hot.map(together),
    many: many.map(together),
    conflicts: proxy?.conflicts() ?? 0,
    books: await booksOf(database, service.runtime, together(all).accepted, AMOUNT),
  };
}

export type Load = { ms: number[]; accepted: number; seconds: number };

/** Sends so many requests: each caller sends its next one when it has its answer. */
async function load(
  callers: readonly Console[],
  requests: number,
  amountMicro: bigint,
): Promise<Load> {
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
  return { ms, accepted, seconds: (performance.now() - start) / 1000 };
}

const together = (loads: readonly Load[]): Load => ({
  ms: loads.flatMap(({ ms }) => ms),
  accepted: loads.reduce((sum, { accepted }) => sum + accepted, 0),
  seconds: loads.reduce((sum, { seconds }) => sum + seconds, 0),
});

export const perSecond = ({ accepted, seconds }: Load): number => accepted / seconds;

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
