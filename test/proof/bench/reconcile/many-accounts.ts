/**
 * `node test/proof/bench/reconcile/many-accounts.ts [ACCOUNTS] [SEGMENTS]`: writes so many accounts
 * into the embedded engine, reconciles all of them, one segment after the other, and prints how much
 * CPU time of this process an account takes; the engine's is not in it, as DynamoDB's would not be.
 * What it says after each step is on standard error.
 */
import { loadavg } from 'node:os';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../../infra/local/service.ts';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { synthesize } from '../../../../infra/local/template/synthesize.ts';
import { withoutStreams } from '../../../support/histories.ts';
import { openCountedStore } from '../counted-store.ts';
import { inSegments } from './in-segments.ts';
import { writeAccounts } from './short-histories.ts';

const [accounts = 100_000, segments = 4] = process.argv.slice(2).map(Number);
const WRITTEN_AT_ONCE = 5000;

using assembly = await synthesize();
const stack = withoutStreams(readAssembly(assembly.directory));
await using database = await openDatabase(stack, {});
using store = openCountedStore(database.endpoint);
const documents = DynamoDBDocumentClient.from(database.client);

for (let written = 0; written < accounts; written += WRITTEN_AT_ONCE) {
  await writeAccounts(documents, Math.min(WRITTEN_AT_ONCE, accounts - written));
  if (written % 50_000 === 0) console.error(`${written} accounts written`);
}

const total = { steps: 0, checked: 0, drifted: 0, skipped: 0, cpuMs: 0, seconds: 0 };
for await (const { result, cpuMs, seconds } of inSegments(store, segments)) {
  total.steps++;
  for (const name of ['checked', 'drifted', 'skipped'] as const) total[name] += result[name];
  total.cpuMs += cpuMs;
  total.seconds += seconds;
  console.error(rate());
}
console.log(rate());

function rate(): string {
  const { cpuMs, seconds, ...counts } = total;
  return JSON.stringify({
    ...counts,
    segments,
    cpuMsPerAccount: Number((cpuMs / total.checked).toFixed(3)),
    accountsPerCpuSecond: Math.round((1000 * total.checked) / cpuMs),
    wallSeconds: Math.round(seconds),
    load: Number((loadavg()[0] as number).toFixed(1)),
  });
}
