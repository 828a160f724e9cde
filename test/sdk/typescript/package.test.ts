/**
 * The package as its users get it: installed, imported by its name, read by their compiler, bundled
 * for a page.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from '../../support/service.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SDK = join(ROOT, 'sdk/typescript');
const MOST_GZIPPED_BYTES = 6 * 1024;

/** The example of the API's own documentation, to the letter. */
const EXAMPLE = `import { TriportClient } from "@triport/sdk";
const client = new TriportClient(); // uses the browser session cookie
const payout = await client.referrals.createPayout({
amountMicro: 25_000_000,
network: "solana",
address: "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
});
console.log(payout.status); // "requested"
`;

let folder: string;
let dist: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sdk-'));
  const home = join(folder, 'node_modules/@triport/sdk');
  dist = join(home, 'dist');
  mkdirSync(home, { recursive: true });
  copyFileSync(join(SDK, 'package.json'), join(home, 'package.json'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await node(join(SDK, 'build.ts'), dist);
});
afterAll(() => rmSync(folder, { recursive: true }));

const node = (...args: string[]): Promise<string> => nodeWith({}, ...args);

const nodeWith = async (more: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
  const env = { ...process.env, ...more };
  return (await promisify(execFile)(process.execPath, args, { cwd: folder, env })).stdout;
};

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** What the compiler says to a file of the user's; nothing if it is right. */
const compile = async (name: string, text: string, module = 'nodenext'): Promise<string> => {
  const args = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
    '--types',
    '',
  ];
  const modules = ['--lib', 'es2022,dom', '--module', module, write(name, text)];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return node(tsc, ...args, ...modules).catch((error: { stdout: string }) => error.stdout);
};

describe('the documentation’s example', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test('runs as written, apart from host and session', async () => {
    const { user_id, session } = await service.newSession({ available_micro: 25_000_000n });
    const options = JSON.stringify({ baseUrl: service.url, session });
    const file = write('node.js', EXAMPLE.replace('TriportClient()', `TriportClient(${options})`));
    expect(await node(file)).toBe('requested\n');
    expect(await service.payouts(user_id)).toMatchObject([{ amount_micro: 25_000_000n }]);
  });

  test('runs where Node sends to a proxy what is not for this machine', async () => {
    const { session } = await service.newSession({ available_micro: 25_000_000n });
    const options = JSON.stringify({ baseUrl: service.url, session, maxRetries: 0 });
    const file = write('near.js', EXAMPLE.replace('TriportClient()', `TriportClient(${options})`));
    const nobody = 'http://127.0.0.1:9';
    const proxied = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: nobody, http_proxy: nobody };
    expect(await nodeWith(proxied, file)).toBe('requested\n');
  });

  test('runs wholly as written where a fetch knows the host and has the cookie, as a browser’s does', async () => {
    const { user_id, cookie } = await service.newSession({ available_micro: 25_000_000n });
    const browser = write(
      'browser.js',
      `const { fetch } = globalThis;
      globalThis.fetch = (url, init) => {
        const cookie = init.credentials === 'include' && { cookie: '${cookie}' };
        const headers = { ...init.headers, ...cookie };
        return fetch(url.replace('https://api.triport.io', '${service.url}'), { ...init, headers });
      };`,
    );
    expect(await node('--import', browser, write('page.js', EXAMPLE))).toBe('requested\n');
    expect(await service.payouts(user_id)).toHaveLength(1);
  });
});

describe('the compiler of a user', () => {
  test('accepts the example, and every declaration', async () =>
    expect(await compile('example.ts', EXAMPLE)).toBe(''));

  test('accepts the example of every public method', async () => {
    const sources = ['referrals', 'client', 'errors', 'payout'].map((name) =>
      readFileSync(join(SDK, `src/${name}.ts`), 'utf8'),
    );
    const documented = sources.flatMap((source) => [
      ...source.matchAll(/ @example\n(?<text>(?: +\* .*\n)+)[^\n]*\*\/\n(?<line>.*)/g),
    ]);
    const methods = [...(sources[0] ?? '').matchAll(/^ {2}readonly ([a-z]\w+): \(/gm)].map(
      ([, name]) => name,
    );
    expect(methods).toHaveLength(8);
    for (const name of [...methods, 'TriportClient', 'TriportError', 'isFinal'])
      expect(documented.map(({ groups }) => groups?.line)).toContainEqual(
        expect.stringMatching(new RegExp(`\\b${name}\\b`)),
      );
    const bodies = documented.map(({ groups }) => groups?.text?.replaceAll(/^ +\* /gm, ''));
    const code = `import { isFinal, TriportClient, TriportError } from '@triport/sdk';
      import type { Payout, PayoutRequest } from '@triport/sdk';
      declare const console: { log(...values: unknown[]): void };
      declare const client: TriportClient, payout: Payout, request: PayoutRequest, items: Payout[];
      ${bodies.map((body) => `async () => {\n${body}};\n`).join('')}`;
    expect(await compile('examples.ts', code)).toBe('');
  });

  test('knows amounts, tags and statuses', async () => {
    const errors = await compile(
      'wrong.ts',
      `import { TriportClient, TriportError } from '@triport/sdk';
      const { referrals } = new TriportClient({ baseUrl: undefined, fetch });
      const payout = await referrals.createPayout({ amountMicro: '25', network: 'solana', address: '' });
      const amount: number = payout.amountMicro;
      const hash: string = payout.txHash;
      const known: 'sent' = payout.status;
      for await (const { id, source } of referrals.listRewards({ status: ['pending'] })) console.log(id, source);
      const { items } = await referrals.listPayouts({ limit: 2 });
      items[0].status = 'sent';
      console.log(amount, hash, known, new TriportError('network', '').tag === 'netwerk');`,
    );
    const lines = [...errors.matchAll(/wrong\.ts\((\d+),.*error (TS\d+)/g)].map(
      ([, line, code]) => [line, code],
    );
    expect(lines).toEqual([
      ['3', 'TS2322'],
      ['4', 'TS2322'],
      ['5', 'TS2322'],
      ['6', 'TS2322'],
      ['9', 'TS2540'],
      ['10', 'TS2367'],
    ]);
  });
});

describe('in a CommonJS file', () => {
  const LATER = "const { TriportClient } = await import('@triport/sdk');";

  test('import() works, as the README says, and require where Node has it for ES modules', async () => {
    const ends = 'console.log(typeof new TriportClient().referrals.getPayout)';
    const later = write('later.cjs', `(async () => { ${LATER} ${ends} })();`);
    expect(await node(later)).toBe('function\n');
    const required = `const { TriportClient } = require('@triport/sdk'); ${ends}`;
    expect(await node(write('required.cjs', required))).toBe('function\n');
  });

  test('a compiler in its mode node16 takes import(), and refuses a static one with TS1479', async () => {
    const page = `export const pay = async () => { ${LATER} return new TriportClient(); };`;
    expect(await compile('later.cts', page, 'node16')).toBe('');
    const fixed = "import { TriportClient } from '@triport/sdk'; new TriportClient();";
    expect(await compile('fixed.cts', fixed, 'node16')).toContain('TS1479');
    expect(readFileSync(join(SDK, 'README.md'), 'utf8')).toContain('TS1479');
  });
});

describe('the code', () => {
  test('is found by tools that know main alone', () => {
    const { main, exports } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'));
    expect(main).toBe(exports['.'].default);
    expect(readFileSync(join(dist, '..', main), 'utf8')).toContain('TriportClient');
  });

  test('is packed without a trace in the checkout', () =>
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['sdk/typescript/dist/', '*.tgz']),
    ));

  test('has no #private fields, which a proxy cannot reach', () =>
    expect(readFileSync(join(dist, 'index.js'), 'utf8')).not.toMatch(/#[a-z]/i));

  test('needs no other module, of this repository or of anybody', async () => {
    expect(readFileSync(join(dist, 'index.js'), 'utf8')).not.toMatch(
      /\b(import|require)\b\s*[('"{*]/,
    );
    const { metafile } = await build({
      absWorkingDir: SDK,
      entryPoints: ['src/index.ts'],
      bundle: true,
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs).filter((file) => !file.startsWith('src/'))).toEqual([]);
  });

  test('takes at most 6 KB gzipped in a page, and the example is all it takes', async () => {
    const page = write('app.js', EXAMPLE);
    const { outputFiles } = await build({
      entryPoints: [page],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    });
    const [bundle] = outputFiles;
    expect(gzipSync(bundle?.contents ?? '').length).toBeLessThanOrEqual(MOST_GZIPPED_BYTES);
    expect(bundle?.text).toContain('idempotency-key');
  });
});
