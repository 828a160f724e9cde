/** The stack behind a meter, with users, an operator and billing, and its operations' type. */
import type { NameWith } from '../../../../infra/compute/catalogue.ts';
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { billingOf, consoleOf, operatorOf } from '../callers.ts';
import { type Cost, startMeter } from './meter.ts';

/**
 * What an operation must cost, to the unit. The least that one can cost follows from what it
 * promises: a consistent read of an item below 4 KB is 1 RRU and one that may lag 0.5; a write
 * within a transaction is 2 WRU for an item below 1 KB; and every index that has to change with the
 * item is 1 WRU, or 2 where its entry moves to another key.
 */
export type Operation = {
  what: string;
  expected: Cost;
  why: string;
  cost: (stack: MeteredStack) => Promise<Cost>;
};

const RICH = 10n ** 15n;
const DUE = 50_000_000n;
const DUE_REWARD = { amount_micro: DUE, unlocks_at: '2026-01-01T00:00:00.000Z' };
const INVOICE = 12_000_000n;

type MeteredStack = Awaited<ReturnType<typeof openMeteredStack>>;

export async function openMeteredStack(stack: LocalStack) {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  const meter = await startMeter(database.endpoint);
  opened.defer(meter.close);
  const service = opened.use(
    await serveStack(stack, { database, functionsEndpoint: meter.url, poolSize: 1, log: () => {} }),
  );
  // An instance reads once when it starts, which is not part of any request.
  await Promise.all(stack.functions.map(({ name }) => service.runtime.invoke(name, {})));

  const { url } = service.gateway;
  const { sessions } = database;
  const rich = await sessions.create({
    available_micro: RICH,
    invoices: [{ total_micro: INVOICE }, { total_micro: INVOICE }],
  });
  const withDue = await sessions.create({ pending: [DUE_REWARD] });
  const withPending = await sessions.create({
    pending: [{ amount_micro: DUE, unlocks_at: '2999-01-01T00:00:00.000Z' }],
  });
  const [first = '', second = ''] = rich.invoices;
  const all = opened.move();
  return {
    costOf: meter.costOf,
    user: consoleOf(url, rich.token),
    userId: rich.userId,
    userWithDue: consoleOf(url, withDue.token),
    dueMicro: DUE,
    userWithPending: consoleOf(url, withPending.token),
    invoices: [
      { id: first, totalMicro: INVOICE },
      { id: second, totalMicro: INVOICE },
    ] as const,
    operator: operatorOf(url),
    billing: billingOf(url),
    /** Makes somebody with a reward that is due. */
    makeDue: () => sessions.create({ pending: [DUE_REWARD] }),
    /** As its schedule does. */
    run: (name: NameWith<'everyMinutes'>) => service.runtime.invoke(name, {}),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
