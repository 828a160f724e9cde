/** `npm start`: serves the synthesized stack on this machine until it is interrupted. */

import { complain, describe, Problem, printLine } from '../problem.ts';
import { freePort } from './database/engine.ts';
import type { LogLine } from './lambda/instance.ts';
import { checkBundles } from './lambda/preflight.ts';
import type { NewSession } from './only-here/sign-in.ts';
import { playgroundHandlers } from './playground/handlers.ts';
import { openDatabase, serveStack } from './service.ts';
import { readAssembly } from './template/read-assembly.ts';
import { openAssembly } from './template/synthesize.ts';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 3000;

/** Everything that was opened, to be closed in reverse. */
const opened = new AsyncDisposableStack();
let ending = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void end(0));

try {
  await start();
} catch (error) {
  if (!ending) {
    complain(describe(error));
    await end(1);
  }
}

async function start(): Promise<void> {
  const port = await choosePort(process.env.PORT);
  const consoleOrigins = [`http://localhost:${port}`, `http://${HOST}:${port}`];
  const assembly = opened.use(await openAssembly({ consoleOrigins: consoleOrigins.join(',') }));
  const stack = readAssembly(assembly.directory);
  const database = opened.use(
    await openDatabase(stack, {
      endpoint: process.env.DYNAMODB_ENDPOINT || undefined,
      dataFile: process.env.DATA_FILE || undefined,
    }),
  );
  const { gateway } = opened.use(
    await serveStack(stack, {
      database,
      host: HOST,
      port,
      log: ({ functionName, line }: LogLine) => printLine(`  ${functionName} ${line}`),
      onResponse: ({ method, path, statusCode, durationMs }) =>
        printLine(`${method} ${path} ${statusCode} ${durationMs} ms`),
      onError: (error) => complain(describe(error)),
      announce: printLine,
      schedules: true,
      streams: true,
      localHandlers: playgroundHandlers,
    }),
  );
  void database.ended?.then(() => {
    if (ending) return;
    console.error('The DynamoDB engine ended unexpectedly.');
    return end(1);
  });
  await checkBundles(stack.functions, { dynamodbEndpoint: database.endpoint });
  await database.sessions.createDemo();
  const session = await database.sessions.create({ available_micro: 1_000_000_000n });
  console.log(readyMessage(gateway.url, session, database.endpoint));
}

async function choosePort(text = String(DEFAULT_PORT)): Promise<number> {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new Problem(
      `PORT must be a number from 0 to 65535 (0 takes any free port), not "${text}".`,
    );
  return await freePort(HOST, port).catch(() => {
    throw new Problem(`Port ${port} is in use or not allowed; choose another one with PORT.`);
  });
}

function readyMessage(url: string, { userId, token }: NewSession, dynamodb: string): string {
  const payout = JSON.stringify({
    amount_micro: 25_000_000,
    network: 'solana',
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  });
  const granted = JSON.stringify({
    'detail-type': 'referral.reward.granted',
    detail: {
      reward_id: 'first-friend',
      user_id: userId,
      amount_micro: 5_000_000,
      unlocks_at: new Date().toISOString(),
      source: 'referral',
    },
  });
  const headers = `-H 'content-type: application/json' -H 'cookie: nl_session=${token}'`;
  return [
    `Ready at ${url}`,
    '',
    'Open it in a browser: a page to try everything with, where every request is seen. In a terminal:',
    '',
    'A user with 1000.00 available is signed in as',
    `  nl_session=${token}`,
    'and requests a payout of 25.00 with',
    `  curl -i ${url}/v1/referrals/payouts ${headers} -d '${payout}'`,
    'Operators see it with',
    `  npm run -s operator -- queue${url.endsWith(`:${DEFAULT_PORT}`) ? '' : ` --url ${url}`}`,
    'Billing grants the user a reward of 5.00 with',
    `  curl -i '${url}/_local/events?wait=true' -d '${granted}'`,
    'The API is documented, with more such lines, at',
    `  ${url}/_local/docs`,
    '',
    `More users: POST ${url}/_local/session. DynamoDB: ${dynamodb} (any credentials). Ctrl-C ends everything.`,
    '',
  ].join('\n');
}

/** Requests under way are finished first; a second signal does not wait for them. */
async function end(exitCode: number): Promise<void> {
  if (ending) process.exit(exitCode || 1);
  ending = true;
  await opened.disposeAsync().catch((error) => complain(describe(error)));
  process.exit(exitCode);
}
