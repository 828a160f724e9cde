/** `npm run invoke -- <Function> <event.json>`: invokes a bundle and prints what it returns. */
import { readFileSync } from 'node:fs';
import { complain, describe, Problem, print } from '../problem.ts';
import { settleIn } from '../surroundings.ts';
import { startEventBridge } from './events/event-bridge.ts';
import { Runtime } from './lambda/runtime.ts';
import { openDatabase } from './service.ts';
import { readAssembly } from './template/read-assembly.ts';
import { openAssembly } from './template/synthesize.ts';

settleIn();
// Leaving by `exit` removes the temporary folder; engine and instances end with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(1));

try {
  await invoke(process.argv.slice(2));
} catch (error) {
  complain(describe(error));
  process.exitCode = 1;
}

async function invoke([functionName, eventFile, ...rest]: string[]): Promise<void> {
  if (functionName === undefined || eventFile === undefined || rest.length > 0)
    throw new Problem('Usage: npm run invoke -- <Function> <event.json>');
  const event = readEvent(eventFile);
  using assembly = await openAssembly();
  const stack = readAssembly(assembly.directory);
  if (!stack.functions.some(({ name }) => name === functionName)) {
    const names = stack.functions.map(({ name }) => name).join(', ');
    throw new Problem(`There is no function ${functionName}; the stack has ${names}.`);
  }
  await using database = await openDatabase(stack, {
    endpoint: process.env.DYNAMODB_ENDPOINT || undefined,
  });
  await database.sessions.createDemo();
  // Nothing is published for anybody to see, but the function has to find somewhere to publish to.
  const bridge = await startEventBridge(stack.events.buses, complain);
  // The function's log goes to the error stream, so that the output is the response alone.
  const log = ({ line }: { line: string }) => complain(line);
  const runtime = new Runtime(stack.functions, {
    dynamodbEndpoint: database.endpoint,
    eventBridgeEndpoint: bridge.url,
    log,
  });
  try {
    show(functionName, await runtime.invoke(functionName, event));
  } finally {
    await runtime.stop();
    await bridge.close();
  }
}

function show(functionName: string, outcome: Awaited<ReturnType<Runtime['invoke']>>): void {
  if (outcome.type === 'throttled') throw new Problem(`${functionName} has no concurrency.`);
  if (outcome.type === 'too large') throw new Problem('The event is more than 6 MB.');
  if (outcome.type === 'failed')
    throw new Problem(
      `${functionName} failed: ${outcome.error.errorType}: ${outcome.error.errorMessage}`,
    );
  print(JSON.stringify(JSON.parse(outcome.payload), null, 2));
}

function readEvent(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Problem(`There is no event file ${file}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(`The event file ${file} is not JSON: ${(error as Error).message}.`);
  }
}
