/** `npm start`: serves the synthesized stack on this machine until it is interrupted. */

import { complain, describe, Problem, printLine } from '../problem.ts';
import { settleIn, whenNpmEnds } from '../surroundings.ts';
import { freePort, hiddenHost } from './database/engine.ts';
import { portProblem } from './gateway/http.ts';
import type { LogLine } from './lambda/instance.ts';
import { checkBundles } from './lambda/preflight.ts';
import { playgroundHandlers, playgroundWithChains } from './only-here/playground/handlers.ts';
import { readyMessage } from './ready-message.ts';
import { openDatabase, type Service, serveStack } from './service.ts';
import { originsFrom, withConsoleOrigins } from './template/console-origins.ts';
import { readAssembly } from './template/read-assembly.ts';
import { openAssembly, synthesize } from './template/synthesize.ts';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 3000;

/** Everything that was opened, to be closed in reverse. */
const opened = new AsyncDisposableStack();
let ending = false;

/** For what may be noticed more than once; only a second signal says not to wait. */
const leave = () => void (ending || end(0));
settleIn(leave);
whenNpmEnds(leave);
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
  const ownOrigins = [`http://localhost:${port}`, `http://${HOST}:${port}`];
  const consoleOrigins = [...ownOrigins, ...originsFrom(process.env.CONSOLE_ORIGINS)];
  const chains = wantsChains(process.env.CHAINS) ? opened.use(await openChains()) : undefined;
  const assembly = opened.use(chains ? await synthesize(chains.settings) : await openAssembly());
  const template = withConsoleOrigins(readAssembly(assembly.directory), consoleOrigins);
  const stack = chains?.settling(template) ?? template;
  const database = opened.use(
    await openDatabase(stack, {
      endpoint: process.env.DYNAMODB_ENDPOINT || undefined,
      dataFile: process.env.DATA_FILE || undefined,
      host: hiddenHost(),
    }),
  );
  const { gateway } = opened.use<Service>(
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
      throttling: isThrottled(process.env.THROTTLING),
      localHandlers: {
        ...(chains ? playgroundWithChains : playgroundHandlers),
        ...chains?.routes((): string => gateway.url),
      },
    }),
  );
  for (const [what, ended] of [
    ['The DynamoDB engine', database.ended],
    ['A chain', chains?.ended],
  ] as const)
    void ended?.then(() => {
      if (ending) return;
      console.error(`${what} ended unexpectedly.`);
      return end(1);
    });
  await checkBundles(stack.functions, { dynamodbEndpoint: database.endpoint });
  await database.sessions.createDemo();
  console.log(readyMessage(gateway.url, database.endpoint, chains !== undefined));
}

/** Loaded only now: nobody else waits for the libraries of chains. */
async function openChains() {
  for (const name of ['ASSEMBLY', 'DATA_FILE'])
    if (process.env[name])
      throw new Problem(
        `CHAINS makes a stack and chains that are new each time: leave ${name} out.`,
      );
  const { startChains } = await import('./only-here/chains/start-chains.ts');
  return startChains();
}

function wantsChains(given: string | undefined): boolean {
  if (!given || given === '0') return false;
  if (given === '1') return true;
  throw new Problem(`CHAINS must be 1 or left out, not "${given}".`);
}

async function choosePort(given: string | undefined): Promise<number> {
  const text = given || String(DEFAULT_PORT);
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new Problem(
      `PORT must be a number from 0 to 65535 (0 takes any free port), not "${text}".`,
    );
  return await freePort(HOST, port).catch((error) => {
    throw portProblem(port, error);
  });
}

function isThrottled(given: string | undefined): boolean {
  if (given === 'off') return false;
  if (!given || given === 'on') return true;
  throw new Problem(`THROTTLING must be on or off, not "${given}".`);
}

/** Requests under way are finished first; a second signal does not wait for them. */
async function end(exitCode: number): Promise<void> {
  if (ending) process.exit(exitCode || 1);
  ending = true;
  await opened.disposeAsync().catch((error) => complain(describe(error)));
  process.exit(exitCode);
}
