/** What a payout consumes, in the engine's own words: a proxy asks for ConsumedCapacity in each request. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, startFaultProxy } from '../support/fault-proxy.ts';
import type { Row } from './table.ts';

type Consumed = { CapacityUnits: number };

export async function capacityOfPayout(
  databaseUrl: string,
  bundleFile: string,
  environment: Record<string, string>,
  event: { headers: Record<string, string> },
): Promise<Row[]> {
  const proxy = await startFaultProxy(databaseUrl);
  const units = { read: 0, write: 0 };
  let roundTrips = 0;
  const metered: Fault = async (exchange) => {
    const answer = await exchange.forward({ ...exchange.request, ReturnConsumedCapacity: 'TOTAL' });
    const { ConsumedCapacity = [] } = JSON.parse(answer.body) as { ConsumedCapacity?: Consumed | Consumed[] };
    const used = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    units[exchange.operation === 'TransactWriteItems' ? 'write' : 'read'] += used;
    roundTrips++;
    exchange.reply(answer);
  };
  for (const operation of ['GetItem', 'TransactWriteItems']) proxy.script(operation, [], metered);

  const payoutWith = async (headers: Record<string, string>): Promise<typeof units> => {
    Object.assign(units, { read: 0, write: 0 });
    roundTrips = 0;
    writeFileSync(
      environment.BENCH_EVENT ?? '',
      JSON.stringify({ ...event, headers: { ...event.headers, ...headers } }),
    );
    const child = fork(join(import.meta.dirname, 'child.mjs'), ['first', bundleFile], {
      env: { ...environment, AWS_ENDPOINT_URL_DYNAMODB: proxy.url },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'exit');
    return { ...units };
  };

  const plain = await payoutWith({});
  const plainRoundTrips = roundTrips;
  const keyed = await payoutWith({ 'idempotency-key': 'bench' });
  await proxy.close();
  return [
    { what: 'round trips per payout', value: plainRoundTrips, atMost: 2 },
    { what: 'read units per payout', value: plain.read, atMost: 1 },
    { what: 'write units per payout', value: plain.write, atMost: 5 },
    { what: 'write units per payout with a key', value: keyed.write, atMost: 7 },
  ];
}
