/** What runs inside an instance: a bundle and its invocations, as in Lambda's Node runtime. */
import { flushCompileCache } from 'node:module';
import { format } from 'node:util';
import { installClock } from './clock.ts';
import { describeError, type Handler, loadHandler } from './handler.ts';
import type { FromInstance, Invocation } from './instance.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const lowestLevel = LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO');
let requestId: string | undefined;

const send = (message: FromInstance): void => void process.send?.(message);

// Without a parent there is nobody to work for; the channel closes however the parent ends.
process.once('disconnect', () => process.exit());
// Node has read it by now, and the function's environment is the template's alone.
delete process.env.NODE_COMPILE_CACHE;
patchConsole();
const { LOCAL_CLOCK_SPEED } = process.env;
const setClock =
  LOCAL_CLOCK_SPEED === undefined ? undefined : installClock(Number(LOCAL_CLOCK_SPEED));

try {
  const handler = await loadHandler(process.argv[2] ?? '', process.argv[3] ?? '');
  process.on('message', (invocation: Invocation) => void run(handler, invocation));
  // An instance is ended from outside, and so it would never write the cache at its exit.
  flushCompileCache();
  send({ type: 'ready' });
} catch (error) {
  send({ type: 'failed', error: describeError(error) });
}

async function run(handler: Handler, invocation: Invocation): Promise<void> {
  requestId = invocation.requestId;
  setClock?.(invocation.nowMs);
  if (invocation.traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    // Lambda sends what JSON.stringify makes of the result; nothing at all becomes null.
    send({ type: 'result', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(error);
    send({ type: 'failed', error: describeError(error) });
  }
}

function contextOf({ requestId, deadlineMs, functionArn }: Invocation) {
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    invokedFunctionArn: functionArn,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

/** Lambda's JSON log format, a line per call: one argument stays as it is, several become text. */
function patchConsole(): void {
  const at =
    (level: string) =>
    (...args: unknown[]): void => {
      if (LEVELS.indexOf(level) < lowestLevel) return;
      const line = { timestamp: new Date().toISOString(), level, ...(requestId && { requestId }) };
      send({ type: 'log', line: logLine(line, args) });
    };
  console.trace = at('TRACE');
  console.debug = at('DEBUG');
  console.info = console.log = at('INFO');
  console.warn = at('WARN');
  console.error = at('ERROR');
}

function logLine(line: object, args: unknown[]): string {
  const error = args.find((argument) => argument instanceof Error);
  const plain = (_key: string, value: unknown) =>
    value instanceof Error ? errorFields(value) : value;
  if (args.length === 1) {
    try {
      return JSON.stringify({ ...line, message: args[0] }, plain);
    } catch {
      // A cycle or a bigint has no JSON; as text it is at least readable.
    }
  }
  const message = format(...args);
  return JSON.stringify({ ...line, message, ...(args.length > 1 && error && errorFields(error)) });
}

function errorFields(error: Error) {
  const errorType = error.constructor.name;
  return { errorType, errorMessage: error.message, stackTrace: error.stack?.split('\n'), ...error };
}
