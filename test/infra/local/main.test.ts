/** `npm start` as a newcomer meets it: a process of its own. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { freePort } from '../../../infra/local/database/engine.ts';
import { commandOf, descendants, gone, isRunning, type Run, run } from '../../support/processes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'main-'));
});
let started: Run | undefined;
afterEach(async () => {
  started?.child.kill('SIGKILL');
  await started?.exitCode;
  started = undefined;
  rmSync(folder, { recursive: true });
});

/** With a folder of its own for temporary files, so that a test sees what is left there. */
function start(env: NodeJS.ProcessEnv = {}): Run {
  started = run('infra/local/main.ts', [], {
    PORT: '0',
    TMPDIR: folder,
    ASSEMBLY: inject('assembly'),
    ...env,
  });
  return started;
}

const READY = /Ready at (http:\/\/127\.0\.0\.1:\d+)\n[\s\S]*Ctrl-C ends everything\.\n/;
const urlOf = (output: string): string => output.match(READY)?.[1] ?? '';
/** A payout of the demo user. */
const PAYOUT = {
  method: 'POST',
  headers: { cookie: 'nl_session=local-demo-session', 'content-type': 'application/json' },
  body: '{"amount_micro":25000000,"network":"solana","address":"9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"}',
};
const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('once it is ready', () => {
  let main: Run;
  let url: string;
  beforeAll(async () => {
    main = run('infra/local/main.ts', [], { PORT: '0' });
    url = urlOf(await main.until(READY));
  });
  afterAll(async () => {
    main.child.kill('SIGTERM');
    expect(await main.exitCode).toBe(0);
  });

  const paste = async (line: RegExp) => {
    const command = main.output().match(line)?.[1] ?? '';
    return (await promisify(execFile)('bash', ['-c', command])).stdout;
  };
  const cookie = () => main.output().match(/nl_session=\S+/)?.[0] ?? '';

  test.skipIf(!hasCurl)('the printed curl line answers 202 when pasted into bash', async () => {
    const stdout = await paste(/^ *(curl .*\/payouts .*)$/m);
    expect(stdout).toMatch(/^HTTP\/1\.1 202 /);
    expect(stdout).toContain('"status":"requested"');
  });

  test.skipIf(!hasCurl)('the printed grant reaches the balance of the printed user', async () => {
    const lifetime = async () => {
      const answer = await fetch(`${url}/v1/referrals/me`, { headers: { cookie: cookie() } });
      const { balance } = (await answer.json()) as { balance: { lifetime_micro: number } };
      return balance.lifetime_micro;
    };
    const before = await lifetime();
    expect(await paste(/^ *(curl .*_local\/events.*)$/m)).toMatch(/^HTTP\/1\.1 202 /);
    expect(await lifetime()).toBe(before + 5_000_000);
  });

  test('a payout’s event is one line of the log', async () => {
    const answer = await fetch(`${url}/v1/referrals/payouts`, PAYOUT);
    const { id } = (await answer.json()) as { id: string };
    await main.until(new RegExp(`^event referral\\.payout\\.requested \\S+ .*${id}`, 'm'));
  });

  test('what others write steers nobody who reads the log', async () => {
    const type = 'a\u202eb\u001b[2J\u009b\nGET /forged 200 1 ms';
    const body = JSON.stringify({ 'detail-type': type, detail: { note: '\u200b\u2028\u007f' } });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/_local/events?wait=true`, { method: 'POST', headers, body });
    const log = await main.until(/no rule wants a/);
    expect(log).toContain('no rule wants a\\u202eb\\u001b[2J\\u009b\\u000aGET /forged 200 1 ms ');
    expect(log).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
  });

  test('the documentation is where it is said to be', async () => {
    const address = main.output().match(/^ *(http\S+\/_local\/docs)$/m)?.[1] ?? '';
    const { status, headers } = await fetch(address);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('a page to try everything with is at the printed address', async () => {
    expect(main.output()).toContain(`Ready at ${url}\n\nOpen it in a browser`);
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toContain('<title>Referral payouts: playground</title>');
  });

  test('operators are told how to look', () =>
    expect(main.output()).toContain(`npm run -s operator -- queue --url ${url}\n`));

  test('a request is one line of the log, after what its function had to say', async () => {
    await fetch(`${url}/v1/referrals/me?secret=1`);
    expect(await main.until(/^GET .* 401 /m)).toMatch(
      /^ {2}GetOverview \{"timestamp".*\}\nGET \/v1\/referrals\/me 401 \d+ ms$/m,
    );
  });

  test('the console at the printed address may use the session, another site may not', async () => {
    const from = async (origin: string) => {
      const headers = { cookie: cookie(), origin, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: '{}' };
      return (await fetch(`${url}/v1/referrals/payouts`, init)).status;
    };
    expect(await from(url)).toBe(400);
    expect(await from(url.replace('127.0.0.1', 'localhost'))).toBe(400);
    expect(await from('https://evil.example')).toBe(401);
  });

  test('its engine serves a second start, which leaves it running', async () => {
    const endpoint = main.output().match(/DynamoDB: (http\S+)/)?.[1] ?? '';
    const second = start({ DYNAMODB_ENDPOINT: endpoint });
    expect(await second.until(READY)).toContain(`DynamoDB: ${endpoint} `);
    second.child.kill('SIGINT');
    expect(await second.exitCode).toBe(0);
    expect((await fetch(endpoint)).status).toBe(200);
  });
});

test('a data file keeps the payouts and the demo session from one start to the next', async () => {
  const DATA_FILE = join(folder, 'kept.db');
  const first = start({ DATA_FILE });
  const payouts = `${urlOf(await first.until(READY))}/v1/referrals/payouts`;
  expect((await fetch(payouts, PAYOUT)).status).toBe(202);
  first.child.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);

  const second = start({ DATA_FILE });
  const { headers } = PAYOUT;
  const answer = await fetch(`${urlOf(await second.until(READY))}/v1/referrals/payouts`, {
    headers,
  });
  expect(((await answer.json()) as { items: unknown[] }).items).toHaveLength(1);
});

describe.skipIf(process.platform !== 'linux')('nothing is left behind', () => {
  test.each(['SIGINT', 'SIGHUP'] as const)('by %s', async (signal) => {
    const main = start();
    const url = urlOf(await main.until(READY));
    await fetch(`${url}/v1/referrals/me`);
    const processes = descendants(main.child.pid as number);
    const commands = processes.map(commandOf);
    expect(processes.length).toBeGreaterThan(3);
    main.child.kill(signal);
    expect(await main.exitCode).toBe(0);
    expect(commands.filter((_command, index) => isRunning(processes[index] as number))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    await gone(url);
  });

  test('by Ctrl-C before it is ready', async () => {
    const main = start({ ASSEMBLY: '' });
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    main.child.kill('SIGINT');
    expect(await main.exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('no process by SIGKILL either', async () => {
    const main = start();
    await main.until(READY);
    const processes = descendants(main.child.pid as number);
    main.child.kill('SIGKILL');
    while (processes.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

test.skipIf(process.platform !== 'linux')(
  'an engine that dies ends the whole with one sentence',
  async () => {
    const main = start();
    await main.until(READY);
    const isEngine = (pid: number) => /^[^\0]*dynoxide\0serve/.test(commandOf(pid));
    const engines = descendants(main.child.pid as number).filter(isEngine);
    for (const engine of engines) process.kill(engine, 'SIGKILL');
    expect(await main.exitCode).toBe(1);
    expect(main.errors()).toBe('The DynamoDB engine ended unexpectedly.\n');
  },
);

describe('one clear sentence and a non-zero exit', () => {
  const refused = async (env: NodeJS.ProcessEnv) => {
    const main = start(env);
    expect(await main.exitCode).toBe(1);
    expect(main.output()).toBe('');
    expect(main.errors().trim().split('\n')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
    return main.errors();
  };

  test('for a busy port', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    expect(await refused({ PORT: String(port) })).toContain(`Port ${port} is in use`);
    server.close();
  });

  test.each(['http', '70000'])('for PORT=%s', async (PORT) =>
    expect(await refused({ PORT })).toContain(`PORT must be a number from 0 to 65535`),
  );

  test('for an endpoint where nothing answers', async () => {
    const DYNAMODB_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
    expect(await refused({ DYNAMODB_ENDPOINT })).toContain('Nothing answers at DYNAMODB_ENDPOINT');
  });

  test('for a data file that cannot be written', async () =>
    expect(await refused({ DATA_FILE: join(folder, 'no/such/folder.db') })).toContain(
      'did not start',
    ));
});
