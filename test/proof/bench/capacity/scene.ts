/**
 * The stack behind a meter, with the users, the operator and the billing side whose calls are
 * metered.
 */
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { billingOf, consoleOf, operatorOf } from '../callers.ts';
import { startMeter } from './meter.ts';

const RICH = 10n ** 15n;
const DUE = 50_000_000n;
const INVOICE = 12_000_000n;

export type Scene = Awaited<ReturnType<typeof openScene>>;

export async function openScene(stack: LocalStack) {
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
  const withDue = await sessions.create({
    pending: [{ amount_micro: DUE, unlocks_at: '2026-01-01T00:00:00.000Z' }],
  });
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
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
