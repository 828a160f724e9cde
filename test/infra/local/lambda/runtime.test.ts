/** Instances as Lambda runs them: environment, one request at a time, time-outs, deaths, logs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { checkBundles } from '../../../../infra/local/lambda/preflight.ts';
import { type Bundles, startBundles } from '../../../support/bundles.ts';
import { isRunning } from '../../../support/processes.ts';

let bundles: Bundles;
afterEach(() => bundles.stop());

/** Starts one function whose handler has this body. */
async function start(body: string, more: object = {}, poolSize = 2): Promise<void> {
  const code = `let calls = 0; export const handler = async (event, context) => { calls++; ${body} };`;
  bundles = await startBundles({ functions: { Fn: { code, ...more } }, poolSize });
}

const invoke = async (event: unknown = {}) => {
  const outcome = await bundles.runtime.invoke('Fn', event);
  return outcome.type === 'result' ? JSON.parse(outcome.payload) : outcome;
};

describe('an instance', () => {
  test('has its own environment and nothing of its parent’s', async () => {
    await start('return process.env;', { environment: { COLOR: 'green' } });
    expect(await invoke()).toEqual({
      COLOR: 'green',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: 'Fn',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
    });
  });

  test('leaves its compiled code to those that come after it, however it ends', async () => {
    await start('process.kill(process.pid, "SIGKILL");');
    await invoke();
    const kept = readdirSync(join(bundles.folder, 'compile-cache'), { recursive: true });
    expect(kept.length).toBeGreaterThan(1);
  });

  test('gets a context with its time-out', async () => {
    const code = 'return { ...context, left: context.getRemainingTimeInMillis() };';
    await start(code, { timeoutMs: 5000 });
    const context = await invoke();
    expect(context).toMatchObject({
      functionName: 'Fn',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Fn',
    });
    expect(context.left).toBeGreaterThan(4000);
    expect(context.left).toBeLessThanOrEqual(5000);
  });

  test('stays warm and serves one request at a time', async () => {
    await start(`globalThis.now = (globalThis.now ?? 0) + 1;
      const together = now;
      await new Promise((r) => setTimeout(r, 300));
      now--;
      return { pid: process.pid, calls, together };`);
    const answers = await Promise.all(Array.from({ length: 4 }, () => invoke()));
    expect(new Set(answers.map(({ together }) => together))).toEqual(new Set([1]));
    const pids = new Set(answers.map(({ pid }) => pid));
    expect(pids.size).toBe(2);
    expect(pids).toContain((await invoke()).pid);
  });

  test('starts when it is needed and not before', async () => {
    await start('return calls;', {}, 4);
    expect(await invoke()).toBe(1);
    expect(await invoke()).toBe(2);
  });
});

describe('failures', () => {
  test('an exception is the invocation’s error, and the instance lives on', async () => {
    await start("if (event.fail) throw new TypeError('bad'); return calls;");
    expect(await invoke({ fail: true })).toMatchObject({
      error: { errorType: 'TypeError', errorMessage: 'bad' },
    });
    expect(await invoke()).toBe(2);
  });

  test('an instance that dies in mid-request fails that request and is replaced', async () => {
    await start('if (event.die) process.exit(7); return { pid: process.pid, calls };', {}, 1);
    const before = await invoke();
    const [dead, next] = await Promise.all([invoke({ die: true }), invoke()]);
    expect(dead.error.errorMessage).toBe('The process ended with exit status 7.');
    expect(next.calls).toBe(1);
    expect(next.pid).not.toBe(before.pid);
  });

  test('an instance that dies while idle is replaced', async () => {
    const exitLater = 'setImmediate(() => setImmediate(() => process.exit(1)));';
    await start(`${exitLater} return process.pid;`, {}, 1);
    const first = await invoke();
    while (isRunning(first)) await setTimeout(5);
    expect(await invoke()).not.toBe(first);
  });

  test('a time-out ends the request and its instance', async () => {
    const hang = 'if (event.hang) await new Promise(() => setInterval(() => {}, 1000));';
    await start(`${hang} return { pid: process.pid, calls };`, { timeoutMs: 300 }, 1);
    const { pid } = await invoke();
    const [late, next] = await Promise.all([invoke({ hang: true }), invoke()]);
    expect(late).toMatchObject({ error: { errorMessage: 'Task timed out after 0.30 seconds' } });
    expect(next).toMatchObject({ calls: 1 });
    expect(isRunning(pid)).toBe(false);
    expect(bundles.logs.join()).toContain('Task timed out');
  });

  test('a busy loop is timed out as well', async () => {
    await start('for (;;);', { timeoutMs: 100 });
    expect(await invoke()).toMatchObject({ error: { errorType: 'Sandbox.Timedout' } });
  });

  test('no concurrency at all refuses every request', async () => {
    await start('return 1;', { reservedConcurrency: 0 });
    expect(await invoke()).toEqual({ type: 'throttled' });
  });

  test('a reserved concurrency refuses what goes beyond', async () => {
    const code = 'await new Promise((r) => setTimeout(r, 50)); return 1;';
    await start(code, { reservedConcurrency: 1 });
    expect(await Promise.all([invoke(), invoke()])).toEqual([1, { type: 'throttled' }]);
  });

  test('another reservation takes the place of the template’s, and what is under way goes on', async () => {
    await start('await new Promise((r) => setTimeout(r, 50)); return 1;', {
      reservedConcurrency: 2,
    });
    const first = invoke();
    bundles.runtime.reserve('Fn', 0);
    expect(bundles.runtime.reserved('Fn')).toBe(0);
    expect(await Promise.all([first, invoke()])).toEqual([1, { type: 'throttled' }]);
    bundles.runtime.reserve('Fn', undefined);
    expect(await Promise.all([invoke(), invoke()])).toEqual([1, 1]);
  });

  test('the account’s concurrency is shared by all functions, and free again after each', async () => {
    const code = `export const handler = () => new Promise((r) => setTimeout(r, 50, 1));`;
    bundles = await startBundles({ functions: { One: { code }, Two: { code } }, concurrency: 1 });
    const both = () => Promise.all(['One', 'Two'].map((name) => bundles.runtime.invoke(name, {})));
    expect(await both()).toMatchObject([{ type: 'result' }, { type: 'throttled' }]);
    expect(await both()).toMatchObject([{ type: 'result' }, { type: 'throttled' }]);
  });

  test.each([
    ["throw new Error('no table');", 'The function Fn does not start: Error: no table'],
    ['export const other = 1;', 'exports no function for the handler index.handler'],
    ['this is not JavaScript', 'The function Fn does not start: SyntaxError'],
    ['process.exit(3);', 'The process ended with exit status 3.'],
  ])('a bundle that is %j is known before its first request', async (code, sentence) => {
    bundles = await startBundles({ functions: { Fn: { code } } });
    await expect(
      checkBundles(bundles.functions, { dynamodbEndpoint: 'http://127.0.0.1:1' }),
    ).rejects.toThrow(sentence);
    expect(await invoke()).toMatchObject({ type: 'failed' });
  });

  test('an unknown function is named', async () => {
    await start('return 1;');
    expect(() => bundles.runtime.invoke('Other', {})).toThrow(
      'There is no function Other; the stack has Fn.',
    );
  });
});

describe('the log', () => {
  const RANGE_ERROR = {
    errorType: 'RangeError',
    errorMessage: 'far',
    stackTrace: expect.any(Array),
  };

  test.each([
    [
      'one object stays an object',
      "console.info({ event: 'x', n: 1 })",
      { level: 'INFO', message: { event: 'x', n: 1 } },
    ],
    [
      'several arguments become text',
      "console.warn('%s is', 'it', { a: 1 })",
      { level: 'WARN', message: 'it is { a: 1 }' },
    ],
    [
      'an error has its type, message and stack',
      "console.error(new RangeError('far'))",
      { level: 'ERROR', message: RANGE_ERROR },
    ],
    [
      'an error among other arguments is shown beside the text',
      "console.error('oh', new RangeError('far'))",
      { level: 'ERROR', message: expect.stringMatching(/^oh RangeError: far/), ...RANGE_ERROR },
    ],
    [
      'what has no JSON is shown as text',
      'console.log({ n: 1n })',
      { level: 'INFO', message: '{ n: 1n }' },
    ],
    [
      'lines below the function’s log level are left out',
      "console.debug('a'); console.info('b'); console.error('c')",
      { level: 'ERROR', message: 'c' },
      'ERROR',
    ],
  ])('%s', async (_what, statements, logged, logLevel = 'INFO') => {
    await start(`${statements}; return context.awsRequestId;`, { logLevel });
    const requestId = await invoke();
    const lines = bundles.logs.map((line) => JSON.parse(line));
    expect(lines).toEqual([{ timestamp: expect.any(String), requestId, ...logged }]);
    expect(new Date(lines[0].timestamp).toISOString()).toBe(lines[0].timestamp);
  });
});

test('nothing is left running after the end', async () => {
  await start('await new Promise((r) => setTimeout(r, 30)); return process.pid;');
  const pids = await Promise.all([invoke(), invoke()]);
  await bundles.runtime.stop();
  expect(pids.map(isRunning)).toEqual([false, false]);
});
