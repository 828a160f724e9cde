/** What a payout consumes: of a user with money and no history. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMeter } from './meter.ts';
import type { Row } from './table.ts';

export async function capacityOfPayout(
  databaseUrl: string,
  bundleFile: string,
  environment: Record<string, string>,
  event: { headers: Record<string, string> },
): Promise<Row[]> {
  const meter = await startMeter(databaseUrl);
  const payoutWith = (headers: Record<string, string>) =>
    meter.costOf(async () => {
      writeFileSync(
        environment.BENCH_EVENT ?? '',
        JSON.stringify({ ...event, headers: { ...event.headers, ...headers } }),
      );
      const child = fork(join(import.meta.dirname, 'child.mjs'), ['first', bundleFile], {
        env: { ...environment, AWS_ENDPOINT_URL_DYNAMODB: meter.url },
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await once(child, 'exit');
    });

  const plain = await payoutWith({});
  const keyed = await payoutWith({ 'idempotency-key': 'bench' });
  await meter.close();
  return [
    { what: 'round trips per payout', value: plain.roundTrips, atMost: 2 },
    { what: 'read units per payout', value: plain.read, atMost: 1 },
    { what: 'write units per payout', value: plain.write, atMost: 5 },
    { what: 'write units per payout with a key', value: keyed.write, atMost: 7 },
  ];
}
