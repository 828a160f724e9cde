/** Measurements of bundles in fresh processes, as a function's execution environment is one. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../infra/local/service.ts';
import { tokenHash } from '../../../lib/store/dynamodb/sessions.ts';
import { account, putAll } from '../../support/histories.ts';
import type { Bench } from './bench.ts';
import { consoleEvent, payoutBody } from './callers.ts';

/** A bundle's file, an event for it (JSON) and the status of its answer. */
type Case = { file: string; event: string; status: number };

/** Of each case `measured` blocks of so many calls, after `warmUp` blocks of those that warm up. */
export type Blocks = { warmUp: number; measured: number; calls: number };

type Imported = { ms: number; undici: boolean };
type Warm = { ms: number[]; cpuMicros: number };

/** Every process gets this environment and nothing else. */
export function measuring(work: string, environment: Record<string, string>) {
  const taskFile = join(work, 'task.json');

  /** `spawnMs` is from spawn to the message with the result. */
  const run = async <Result>(task: object, more: Record<string, string> = {}) => {
    writeFileSync(taskFile, JSON.stringify(task));
    const start = performance.now();
    const child = fork(join(import.meta.dirname, 'child.mjs'), [], {
      env: { ...environment, ...more, BENCH_TASK: taskFile },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit');
    const [result] = await Promise.race([
      once(child, 'message') as Promise<[Result]>,
      exited.then(([code]) => Promise.reject(new Error(`the measurement ended with ${code}`))),
    ]);
    const spawnMs = performance.now() - start;
    await exited;
    return { result, spawnMs };
  };

  return {
    import: async (bundle: Case) =>
      (await run<Imported>({ mode: 'import', cases: [bundle] })).result,
    /** Milliseconds from spawn to the first answer, started as Lambda starts a function. */
    first: async (bundle: Case) =>
      (
        await run(
          { mode: 'first', cases: [bundle] },
          { AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' },
        )
      ).spawnMs,
    compare: async (cases: (Case & { warmsUp: boolean })[], blocks: Blocks) =>
      (await run<Warm[]>({ mode: 'compare', cases, blocks })).result,
  };
}

/** More than a benchmark can spend. */
const BALANCE_MICRO = 10n ** 18n;

export async function openTarget({ stack, payout, work }: Bench) {
  const database = await openDatabase(stack, {});
  const userId = randomUUID();
  const { token } = await database.sessions.create({ user_id: userId });
  const rich = account(userId, { available_micro: BALANCE_MICRO, lifetime_micro: BALANCE_MICRO });
  await putAll(DynamoDBDocumentClient.from(database.client), {
    table: 'AccountsTable',
    items: [rich],
  });
  const event = consoleEvent(token, 'POST', '/v1/referrals/payouts', payoutBody(25_000_000n));
  const environment = {
    ...functionEnvironment(payout.environment, database.endpoint),
    BENCH_TOKEN_HASH: tokenHash(token),
    BENCH_USER_ID: userId,
  };
  return {
    measure: measuring(work, environment),
    payoutBy: (file: string): Case => ({ file, event, status: 202 }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export const functionEnvironment = (own: Record<string, string>, databaseUrl: string) => ({
  ...own,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: databaseUrl,
});
