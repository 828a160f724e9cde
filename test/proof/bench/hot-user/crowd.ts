/**
 * The payout function behind its gateway, with enough instances for all who ask at once, and the
 * load upon it.
 */
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { type Console, consoleOf } from '../callers.ts';
import { booksOf } from './books.ts';
import { type Conflicts, startConflictingDatabase } from './conflicts.ts';
import { type Load, load, together } from './load.ts';

export const PARALLEL = [1, 2, 4, 8, 16, 32, 64];
export const MOST = 64;

const AMOUNT = 10_000_000n;
const BALANCE = 10n ** 15n;

/** Of each caller, before anything is measured: the first requests of a process are its slowest. */
const WARM_UP_REQUESTS = 30;

export type CrowdOptions = {
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
