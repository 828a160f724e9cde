import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { FUNCTION_NAMES } from '../../infra/catalogue.ts';
import { withFolder } from './synth.ts';

const inFolder = <Result>(
  use: (codeOf: Record<string, string>) => Promise<Result> | Result,
): Promise<Result> =>
  withFolder(async (folder) => {
    const bundles = await bundleFunctions(folder);
    return use(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(bundles[name], 'index.mjs')])));
  });

/** Imports the file in a fresh process, with the variables that Lambda and the stack would set, and lists what Node loaded. */
function loadedBy(file: string): { modules: string[]; handler: string } {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify({ modules: process.moduleLoadList, handler: typeof handler }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      SESSIONS_TABLE: 'sessions',
      ACCOUNTS_TABLE: 'accounts',
      PAYOUTS_TABLE: 'payouts',
      IDEMPOTENCY_KEYS_TABLE: 'keys',
      MIN_PAYOUT_MICRO: '10000000',
      CONSOLE_ORIGINS: 'https://console.triport.io',
    },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('every bundle loads, exports a handler and does not pull undici in', async () => {
  await inFolder((codeOf) => {
    for (const name of FUNCTION_NAMES) {
      const { modules, handler } = loadedBy(codeOf[name] ?? '');
      expect(handler).toBe('function');
      expect(modules.join('\n')).toContain('https');
      expect(modules.filter((module) => module.includes('undici'))).toEqual([]);
    }
  });
});

test('no bundle weighs more than 230 KB', async () => {
  await inFolder((codeOf) => {
    for (const file of Object.values(codeOf)) expect(statSync(file).size).toBeLessThanOrEqual(230_000);
  });
});

test('nothing is imported or required from outside, except what the SDK would load for event streams', async () => {
  await inFolder((codeOf) => {
    for (const file of Object.values(codeOf)) {
      const code = readFileSync(file, 'utf8');
      const from = code.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*(["'])([^"']+)\1/g);
      expect([...new Set([...from].map(([, , name]) => name))]).toEqual(['@smithy/core/event-streams']);
      expect(code).toContain('process.getBuiltinModule("node:https")');
    }
  });
});

test('two builds at the same time, in different folders, give the same bytes', async () => {
  const contents = () =>
    inFolder((codeOf) => Object.entries(codeOf).map(([name, file]) => [name, readFileSync(file, 'utf8')]));
  const [one, other] = await Promise.all([contents(), contents()]);
  expect(one).toEqual(other);
});
