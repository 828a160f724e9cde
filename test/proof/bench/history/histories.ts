/** Users with histories from ten items to 100,000, in one database behind a meter. */
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { Bench } from '../bench.ts';
import { type Console, consoleOf } from '../callers.ts';
import { startMeter } from '../capacity/meter.ts';
import { type HistoryUser, writeUser } from './user.ts';

const ITEMS = [10, 100, 1000, 10_000, 100_000];

export type Histories = Awaited<ReturnType<typeof openHistories>>;

export async function openHistories(bench: Bench) {
  const { stack } = bench;
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  const users: HistoryUser[] = [];
  for (const items of ITEMS) users.push(await writeUser(database, items));
  const meter = await startMeter(database.endpoint);
  opened.defer(meter.close);
  const service = opened.use(
    await serveStack(stack, { database, functionsEndpoint: meter.url, poolSize: 1, log: () => {} }),
  );
  // An instance reads once when it starts, which is not part of any request.
  await Promise.all(stack.functions.map(({ name }) => service.runtime.invoke(name, {})));
  const all = opened.move();
  return {
    users,
    /** The users with the shortest and the longest history. */
    shortest: users[0] as HistoryUser,
    longest: users.at(-1) as HistoryUser,
    console: ({ token }: HistoryUser): Console => consoleOf(service.gateway.url, token),
    costOf: meter.costOf,
    invoke: (name: string, event: unknown) => service.runtime.invoke(name, event),
    databaseUrl: database.endpoint,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
