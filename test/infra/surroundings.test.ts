/** Readers that go away, and proxies: what a command does about the world that it is started in. */
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen, portProblem } from '../../infra/local/gateway/http.ts';
import { exemptLoopback } from '../../infra/surroundings.ts';
import { run } from '../support/processes.ts';
import { standIn } from './tools/stand-in.ts';

const PROXY = { NODE_USE_ENV_PROXY: '1', NO_PROXY: '', no_proxy: '' };

describe('a reader that goes away before anything is printed', () => {
  /** As `| head` may do; the exit code stays what it would have been. */
  const unread = async (file: string, args: string[], streams: ('stdout' | 'stderr')[]) => {
    const { child, exitCode, errors } = run(file, args);
    for (const stream of streams) child[stream]?.destroy();
    return { exitCode: await exitCode, errors: errors() };
  };

  test('ends npm run openapi without a word', async () =>
    expect(await unread('infra/openapi/main.ts', [], ['stdout'])).toEqual({
      exitCode: 0,
      errors: '',
    }));

  test('ends the operator’s command line, help and refusals too', async () => {
    const main = 'infra/tools/operator-main.ts';
    expect(await unread(main, ['--help'], ['stdout'])).toEqual({ exitCode: 0, errors: '' });
    expect(await unread(main, ['nothing'], ['stdout', 'stderr'])).toMatchObject({ exitCode: 2 });
  });

  test('ends npm run reconcile, whose exit code still says what it found', async () => {
    const drift = { checked: 1, drifted: 1, skipped: 0, accounts: [] };
    const { url } = await standIn({ body: drift });
    const main = 'infra/tools/reconcile-main.ts';
    expect(await unread(main, ['--url', url], ['stdout'])).toEqual({ exitCode: 1, errors: '' });
  });

  test('ends npm run invoke', async () => {
    const { exitCode, errors } = await unread('infra/local/invoke.ts', [], ['stdout', 'stderr']);
    expect([exitCode, errors]).toEqual([1, '']);
  });
});

describe('a proxy of the environment', () => {
  test('is not asked for what is on this machine', async () => {
    let asked = 0;
    const proxy = createServer((_request, response) => {
      asked++;
      response.writeHead(502).end();
    });
    proxy.on('connect', (_request, socket) => {
      asked++;
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const port = await listen(proxy, '127.0.0.1', 0);
    onTestFinished(() => void proxy.close());
    const HTTP_PROXY = `http://127.0.0.1:${port}`;
    const { url } = await standIn(
      { body: { checked: 1, drifted: 0, skipped: 0, accounts: [] } },
      { body: { items: [] } },
      { body: { items: [] } },
    );
    for (const [file, ...args] of [
      ['infra/tools/reconcile-main.ts'],
      ['infra/tools/operator-main.ts', 'queue'],
    ] as const) {
      const tool = run(file, [...args, '--url', url], { ...PROXY, HTTP_PROXY });
      expect([await tool.exitCode, tool.errors()]).toEqual([0, '']);
    }
    expect(asked).toBe(0);
  });

  test.each([
    [{}, 'localhost,127.0.0.1,[::1],::1'],
    [{ NO_PROXY: 'a.example, b.example' }, 'a.example,b.example,localhost,127.0.0.1,[::1],::1'],
    [{ no_proxy: 'localhost', NO_PROXY: 'other' }, 'localhost,127.0.0.1,[::1],::1'],
  ])('with %j', (given, expected) => {
    const env: NodeJS.ProcessEnv = { ...given };
    exemptLoopback(env);
    expect(env).toEqual({ no_proxy: expected, NO_PROXY: expected });
  });

  test('is asked for nothing where NO_PROXY says so', () => {
    const env: NodeJS.ProcessEnv = { NO_PROXY: '*' };
    exemptLoopback(env);
    expect(env).toEqual({ NO_PROXY: '*' });
  });
});

describe('a port that cannot be had', () => {
  test('is in use', async () => {
    const other = createTcpServer();
    onTestFinished(() => void other.close());
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    );
    await expect(listen(createServer(), '127.0.0.1', port)).rejects.toThrow(
      `Port ${port} is in use; choose another one with PORT (0 takes a free one).`,
    );
  });

  test.each([
    ['EACCES', 'Port 80 is for administrators only; choose one from 1024 to 65535 with PORT.'],
    ['ENETDOWN', 'Port 80 cannot be used: the reason.'],
  ])('for %s', (code, sentence) =>
    expect(portProblem(80, Object.assign(new Error('the reason'), { code })).message).toBe(
      sentence,
    ),
  );
});
