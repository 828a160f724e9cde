/**
 * `node test/proof/bench/reconcile/many-accounts.ts [ACCOUNTS] [SEGMENTS]`: writes so many accounts
 * into the embedded engine, reconciles all of them, one segment after the other, and prints how much
 * CPU time of this process an account takes; the engine's is not in it, as DynamoDB's would not be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { buildApp } from '../../../../infra/assembly.ts';
import { createTables, localClient } from '../../../../infra/local/database/create-tables.ts';
import { startEngine } from '../../../../infra/local/database/engine.ts';
import { LOCAL_CREDENTIALS, REGION } from '../../../../infra/local/template/intrinsics.ts';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { connect } from '../../../../lib/store/dynamodb/store.ts';
import type { Run } from '../../../../lib/store/reconcile/progress.ts';
import { reconcile } from '../../../../lib/store/reconcile/reconcile-accounts.ts';
import { tables } from '../../../support/backdoor.ts';
import { withoutStreams } from '../../../support/histories.ts';
import { writeAccounts } from './short-histories.ts';

const [accounts = 100_000, segments = 4] = process.argv.slice(2).map(Number);
const WRITTEN_AT_ONCE = 5000;
/** As the function has, so that there are as many starts and ends of a step. */
const BUDGET_MS = 295_000;
const ATTEMPTS_MAX = 6;

const folder = mkdtempSync(join(tmpdir(), 'referral-payouts-many-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const assembly = (await buildApp({ outdir: folder })).synth();
const stack = withoutStreams(readAssembly(assembly.directory));
const engine = await startEngine();
const client = localClient(engine.endpoint);
await createTables(client, stack.tables);
const documents = DynamoDBDocumentClient.from(client);

for (let written = 0; written < accounts; written += WRITTEN_AT_ONCE) {
  await writeAccounts(documents, Math.min(WRITTEN_AT_ONCE, accounts - written));
  if (written % 50_000 === 0) console.error(`${written} accounts written`);
}

Object.assign(process.env, {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
});
const connection = connect();
console.info = () => {};
const [before, start] = [process.cpuUsage(), performance.now()];
const total = { steps: 0, checked: 0, drifted: 0, skipped: 0 };
for (let segment = 0; segment < segments; segment++) {
  let next: string | undefined;
  do {
    const run = await step(next, segment);
    total.steps++;
    for (const name of ['checked', 'drifted', 'skipped'] as const) total[name] += run[name];
    next = run.next;
    console.error(rate());
  } while (next !== undefined);
}
console.log(rate());
connection.client.destroy();
client.destroy();
await engine.stop();

/** A step that got no further is repeated, as the state machine does: the engine may be busy. */
async function step(next: string | undefined, segment: number): Promise<Run> {
  for (let attempt = 1; ; attempt++) {
    const nowMs = Date.now();
    const store = { ...connection, tables, nowMs, deadlineMs: nowMs + BUDGET_MS };
    try {
      return await reconcile(store, next, { segment, of: segments });
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
      console.error(`repeated: ${error}`);
    }
  }
}

function rate(): string {
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  return JSON.stringify({
    ...total,
    segments,
    cpuMsPerAccount: Number(((cpuSeconds * 1000) / total.checked).toFixed(3)),
    accountsPerCpuSecond: Math.round(total.checked / cpuSeconds),
    wallSeconds: Math.round((performance.now() - start) / 1000),
    load: Number((loadavg()[0] as number).toFixed(1)),
  });
}
