/** Capacity units and calls to DynamoDB of every operation, each against what it cannot do without. */

import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import type { Section } from '../bench.ts';
import { billingOf, consoleOf, operatorOf } from '../callers.ts';
import { exactly, type Row } from '../report.ts';
import { costText, startMeter } from './meter.ts';
import {
  billingOperations,
  consoleOperations,
  type Operation,
  operatorOperations,
  payoutOperations,
} from './metered-operations.ts';

export const capacity: Section = {
  name: 'capacity',
  title: 'Capacity units and calls to DynamoDB of each operation',
  run: async ({ stack, peerStack }) => {
    const ofPeer = payoutOperations.map((each) => ({
      ...each,
      what: `peer: ${each.what}`,
      why: 'the same calls',
    }));
    const ours = [...consoleOperations, ...operatorOperations, ...billingOperations];
    return { rows: [...(await rowsOf(stack, ours)), ...(await rowsOf(peerStack, ofPeer))] };
  },
};

async function rowsOf(stack: LocalStack, metered: Operation[]): Promise<Row[]> {
  await using scene = await openScene(stack);
  const rows: Row[] = [];
  for (const { what, expected, why, cost } of metered)
    rows.push(exactly(what, expected, costText(await cost(scene)), why));
  return rows;
}

const RICH = 10n ** 15n;
const DUE = 50_000_000n;
const INVOICE = 12_000_000n;

export type Scene = Awaited<ReturnType<typeof openScene>>;

async function openScene(stack: LocalStack) {
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
