/** `npm start` as a newcomer meets it: a process of its own. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { freePort } from '../../../infra/local/database/engine.ts';
import {
  commandOf,
  descendants,
  gone,
  isRunning,
  type Run,
  run,
  spawnRun,
} from '../../support/processes.ts';

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

  test('a flood of junk on one route is throttled, and leaves the others alone', async () => {
    const path = '/v1/referrals/payouts/any/cancel';
    const junk = () => fetch(url + path, { method: 'POST' }).then(({ status }) => status);
    // At ten a second all of these would pass only if they took longer than 19 s.
    const statuses = new Set(await Promise.all(Array.from({ length: 200 }, junk)));
    expect(statuses).toEqual(new Set([401, 429]));
    expect((await fetch(`${url}/v1/referrals/me`)).status).toBe(401);
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

  test.skipIf(process.platform !== 'linux')(
    'its engine, which lets every page in, is not where a page would look for it',
    async () => {
      const endpoint = main.output().match(/DynamoDB: (http\S+)/)?.[1] ?? '';
      const { hostname, port } = new URL(endpoint);
      expect(hostname).toMatch(/^127\.(?!0\.0\.1$)/);
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
    },
  );

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

describe('a kill loses nothing that was accepted', () => {
  const GRANT = JSON.stringify({
    'detail-type': 'referral.reward.granted',
    detail: {
      reward_id: 'late',
      user_id: '00000000-0000-4000-8000-000000000001',
      amount_micro: 5_000_000,
      unlocks_at: '2026-01-01T00:00:00Z',
      source: 'referral',
    },
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'with a data file, by %s: neither a billing event nor the event of a payout',
    async (signal) => {
      const DATA_FILE = join(folder, 'kept.db');
      const first = start({ DATA_FILE });
      const url = urlOf(await first.until(READY));
      const [granted, payout] = await Promise.all([
        fetch(`${url}/_local/events`, { method: 'POST', body: GRANT }),
        fetch(`${url}/v1/referrals/payouts`, PAYOUT),
      ]);
      // At once, before a function had the time for either.
      first.child.kill(signal);
      expect([granted.status, payout.status]).toEqual([202, 202]);
      const { id } = (await payout.json()) as { id: string };
      await first.exitCode;
      const wasPublished = first.output().includes(`event referral.payout.requested`);

      const second = start({ DATA_FILE });
      const again = urlOf(await second.until(READY));
      if (!wasPublished)
        await second.until(new RegExp(`^event referral\\.payout\\.requested \\S+ .*${id}`, 'm'));
      const lifetime = async () => {
        const answer = await fetch(`${again}/v1/referrals/me`, { headers: PAYOUT.headers });
        const { balance } = (await answer.json()) as { balance: { lifetime_micro: number } };
        return balance.lifetime_micro;
      };
      while ((await lifetime()) !== 1_005_000_000)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  );
});

describe('started in another environment', () => {
  test('with a proxy for everything, with wishes for AWS’s own endpoints, it serves as ever', async () => {
    const main = start({
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'example.com',
      no_proxy: '',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
      AWS_MAX_ATTEMPTS: 'many',
      AWS_RETRY_MODE: 'never',
      AWS_PROFILE: 'nobody',
      AWS_REGION: 'eu-west-1',
    });
    const url = urlOf(await main.until(READY));
    const answer = await fetch(`${url}/v1/referrals/payouts`, PAYOUT);
    const { id } = (await answer.json()) as { id: string };
    await main.until(new RegExp(`^event referral\\.payout\\.requested \\S+ .*${id}`, 'm'));
    const environment = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9' };
    for (const [file, ...args] of [
      ['infra/tools/operator-main.ts', 'show', id],
      ['infra/tools/reconcile-main.ts'],
    ] as const) {
      const tool = run(file, [...args, '--url', url], {
        ...environment,
        NO_PROXY: '',
        no_proxy: '',
      });
      expect([await tool.exitCode, tool.errors()]).toEqual([0, '']);
    }
  });

  test('an origin in CONSOLE_ORIGINS may use the API, and still not the routes below /_local/', async () => {
    const origin = 'http://localhost:5173';
    const main = start({ CONSOLE_ORIGINS: `${origin}, https://app.example` });
    const url = urlOf(await main.until(READY));
    const from = async (path: string, origin: string) => {
      const headers = { ...PAYOUT.headers, origin, 'sec-fetch-site': 'same-site' };
      const { status, headers: reply } = await fetch(url + path, { ...PAYOUT, headers });
      return [status, reply.get('access-control-allow-origin')];
    };
    expect(await from('/v1/referrals/payouts', origin)).toEqual([202, origin]);
    expect(await from('/v1/referrals/payouts', 'https://app.example')).toEqual([
      202,
      'https://app.example',
    ]);
    expect(await from('/v1/referrals/payouts', 'http://localhost:5174')).toEqual([401, null]);
    expect((await from('/_local/session', origin))[0]).toBe(403);
  });

  test('an empty PORT is the default, as none at all', async () => {
    const main = start({ PORT: '' });
    await Promise.race([main.until(READY).catch(() => undefined), main.exitCode]);
    // Whoever runs these tests may have a service of his own there.
    expect(main.output() + main.errors()).toMatch(
      /^(Ready at http:\/\/127\.0\.0\.1:3000\n|Port 3000 is in use;)/,
    );
  });

  test('whoever reads its output may go away', async () => {
    const main = start();
    await main.until(READY);
    main.child.stdout?.destroy();
    main.child.stderr?.destroy();
    const url = urlOf(main.output());
    await fetch(`${url}/v1/referrals/me`);
    expect(await main.exitCode).toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')('nothing is left behind', () => {
  /** As npm does it: a shell between, which passes no signal on. */
  const startBelowNpm = (env: NodeJS.ProcessEnv = {}) => {
    const program = `
      const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => child.kill('SIGTERM'));
      const command = '"$NODE" infra/local/main.ts; exit $?';
      const child = spawn('sh', ['-c', command], { stdio: 'inherit' });
      child.on('close', () => process.exit());`;
    return spawnRun(process.execPath, ['-e', program], {
      NODE: process.execPath,
      npm_lifecycle_event: 'start',
      PORT: '0',
      TMPDIR: folder,
      ASSEMBLY: inject('assembly'),
      ...env,
    });
  };

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'when %s ends npm, which the service does not hear of',
    async (signal) => {
      started = startBelowNpm();
      const url = urlOf(await started.until(READY));
      const processes = descendants(started.child.pid as number);
      expect(processes.length).toBeGreaterThan(3);
      started.child.kill(signal);
      await gone(url);
      while (processes.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  );

  test('in the temporary folder, by a kill and the next start', async () => {
    const killed = start({ ASSEMBLY: '' });
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.child.kill('SIGKILL');
    await killed.exitCode;
    expect(readdirSync(folder)).toHaveLength(1);
    const next = start({ ASSEMBLY: '' });
    await next.until(READY);
    // The one of a start that runs is not touched by yet another.
    const third = run('infra/local/main.ts', [], { PORT: '0', TMPDIR: folder });
    await third.until(READY);
    expect(readdirSync(folder)).toHaveLength(2);
    for (const { child, exitCode } of [third, next]) {
      child.kill('SIGTERM');
      await exitCode;
    }
    expect(readdirSync(folder)).toEqual([]);
  });

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

  test.each(['http', '70000', '-1', ' ', '1e3', '3000 '])('for PORT=%j', async (PORT) =>
    expect(await refused({ PORT })).toContain(`PORT must be a number from 0 to 65535`),
  );

  test('for THROTTLING="never"', async () =>
    expect(await refused({ THROTTLING: 'never' })).toContain('THROTTLING must be on or off'));

  test('for an endpoint where nothing answers', async () => {
    const DYNAMODB_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
    expect(await refused({ DYNAMODB_ENDPOINT })).toContain('Nothing answers at DYNAMODB_ENDPOINT');
  });

  test('for a data file that cannot be written', async () =>
    expect(await refused({ DATA_FILE: join(folder, 'no/such/folder.db') })).toMatch(
      /^The data file .*no\/such\/folder\.db cannot be opened: DATA_FILE must /,
    ));

  test('for a data file that is no database, which stays as it is', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'main-data-'));
    const DATA_FILE = join(elsewhere, 'letter.txt');
    writeFileSync(DATA_FILE, 'Dear Ann, this is no database.');
    expect(await refused({ DATA_FILE })).toBe(
      `The data file ${DATA_FILE} is no database of this service; name another one, or one to be made, with DATA_FILE.\n`,
    );
    expect(readFileSync(DATA_FILE, 'utf8')).toBe('Dear Ann, this is no database.');
    rmSync(elsewhere, { recursive: true });
  });

  test.each(['*', 'http://app.example', 'https://app.example/', 'localhost:5173'])(
    'for CONSOLE_ORIGINS=%s',
    async (CONSOLE_ORIGINS) =>
      expect(await refused({ CONSOLE_ORIGINS })).toMatch(
        /^CONSOLE_ORIGINS must list exact https origins /,
      ),
  );
});
