/** `npm run bench`: what the payout function costs, each figure against a floor that is measured in the same run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { build } from 'esbuild';
import { buildApp } from '../../infra/assembly.ts';
import { bundle } from '../../infra/bundle.ts';
import { startEngine } from '../../infra/local/engine.ts';
import { createTables, localClient } from '../../infra/local/tables.ts';
import { readAssembly } from '../../infra/local/template.ts';
import { tokenHash } from '../../lib/session.ts';
import { capacityOfPayout } from './capacity.ts';
import { costOfHistory } from './history.ts';
import { seed } from './seed.ts';
import { median, type Row, ratio, table } from './table.ts';

const ROUNDS = 21;
const WARM_RUNS = 7;

const work = mkdtempSync(join(tmpdir(), 'referral-payouts-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const engine = await startEngine();
const client = localClient(engine.endpoint);
const assembly = (await buildApp({ outdir: join(work, 'assembly') })).synth();
const stack = readAssembly(assembly.directory);
await createTables(client, stack.tables);
const payout = stack.functions.find(({ name }) => name === 'RequestPayout');
if (!payout) throw new Error('The stack has no function RequestPayout.');

const session = await seed(DynamoDBDocumentClient.from(client));
const eventFile = join(work, 'event.json');
writeFileSync(eventFile, JSON.stringify(session.event));
const environment = {
  ...payout.environment,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
  BENCH_EVENT: eventFile,
  BENCH_TOKEN_HASH: tokenHash(session.token),
  BENCH_USER_ID: session.userId,
};

/** The usual recipe, so that what the project's own one is worth can be seen. */
await build({
  entryPoints: ['client-only', 'two-calls'].map((name) => join(import.meta.dirname, `${name}.ts`)),
  outdir: join(work, 'usual'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
});
await bundle({ 'two-calls': 'test/bench/two-calls.ts' }, join(work, 'ours'));

const files = {
  payout: join(payout.dir, 'index.mjs'),
  clientOnly: join(work, 'usual/client-only.mjs'),
  twoCalls: join(work, 'usual/two-calls.mjs'),
  twoCallsOurRecipe: join(work, 'ours/two-calls/index.mjs'),
};

type Imported = { ms: number; undici: boolean };
type Warm = { ms: number[]; cpuMicros: number };

/** Runs one measurement in a fresh process; `spawnMs` is from spawn to its message. */
async function measure<Result>(mode: string, paths: string[], more: Record<string, string> = {}) {
  const start = performance.now();
  const child = fork(join(import.meta.dirname, 'child.mjs'), [mode, ...paths], {
    env: { ...environment, ...more },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [result] = await Promise.race([
    once(child, 'message') as Promise<[Result]>,
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${mode} ended with ${code}`))),
  ]);
  const spawnMs = performance.now() - start;
  if (child.exitCode === null) await once(child, 'exit');
  return { ...result, spawnMs };
}

const rows: Row[] = [];
const KB = statSync(files.payout).size / 1000;
rows.push({ what: 'bundle of the payout function, KB', value: KB, atMost: 230 });

const imports = { ours: [] as number[], floor: [] as number[] };
const firsts = { ours: [] as number[], floor: [] as number[] };
let undici = false;
for (let round = 0; round < ROUNDS; round++) {
  const ours = await measure<Imported>('import', [files.payout]);
  imports.ours.push(ours.ms);
  undici ||= ours.undici;
  imports.floor.push((await measure<Imported>('import', [files.clientOnly])).ms);
  const started = { AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' };
  firsts.ours.push((await measure('first', [files.payout], started)).spawnMs);
  firsts.floor.push((await measure('first', [files.twoCalls], started)).spawnMs);
}
rows.push({ what: 'undici loaded at init', value: Number(undici), atMost: 0 });
rows.push({ what: 'import / bundle that only makes a client', ...ratio(imports), atMost: 0.65 });
rows.push({ what: 'spawn to first 202 / the same two calls', ...ratio(firsts), atMost: 0.88 });

const latency: number[] = [];
const cpu: number[] = [];
for (let run = 0; run < WARM_RUNS; run++) {
  const result = await measure<Warm[]>('warm', [files.payout, files.twoCallsOurRecipe]);
  const [ours, floor] = [result[0], result[1]];
  if (!ours || !floor) throw new Error('no result');
  latency.push(median(ours.ms) / median(floor.ms));
  cpu.push(ours.cpuMicros / floor.cpuMicros);
}
rows.push({ what: 'warm latency / the same two calls', value: median(latency), atMost: 1.07 });
rows.push({ what: 'warm CPU / the same two calls', value: median(cpu), atMost: 1.2 });

rows.push(...(await capacityOfPayout(engine.endpoint, files.payout, environment, session.event)));
rows.push(...(await costOfHistory(stack)));

console.log(table(rows));
client.destroy();
await engine.stop();
process.exitCode = rows.every(({ value, atMost }) => value <= atMost) ? 0 : 1;
