import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, inject, test } from 'vitest';
import { bundle, bundleFunctions } from '../../../infra/compute/bundle.ts';
import {
  entryOf,
  FUNCTION_NAMES,
  type FunctionName,
  functionShape,
} from '../../../infra/compute/catalogue.ts';
import { accessesOf } from '../../../infra/compute/grants.ts';
import { SANCTIONED } from '../../../lib/networks/sanctioned.ts';
import { withFolder } from '../../support/synth.ts';

/** The assembly that the whole test run shares holds the bundles as they would be deployed. */
const assembly = inject('assembly');
const codeOf = Object.fromEntries(
  FUNCTION_NAMES.map((name) => [name, join(assembly, 'bundles', name, 'index.mjs')]),
) as Record<FunctionName, string>;

interface Loaded {
  handler: string;
  modules: string[];
  /** The settings that the code asked for. */
  read: string[];
}

/** Imports the file in a fresh process, with the variables that Lambda and the stack would set. */
function loadedBy(file: string, settings: Record<string, string>): Loaded {
  const script = `
    const read = new Set();
    process.env = new Proxy(process.env, {
      get: (env, name) => { read.add(name); return env[name]; },
    });
    const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify({ handler: typeof handler, modules: process.moduleLoadList, read: [...read] }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...settings,
    },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const VALUES: Record<string, string> = {
  MIN_PAYOUT_MICRO: '10000000',
  APPROVAL_ABOVE_MICRO: 'none',
  USER_DAILY_LIMIT_MICRO: 'none',
  OUTFLOW_BUDGETS: 'none',
  CHAINS: '{}',
  CHAIN_SECRET: 'none',
  SANCTIONS: 'none',
  CONSOLE_ORIGINS: 'https://console.triport.io',
};

/** What a cold start must not wait for: parts of Node that no function needs, and that load long. */
const SLOW_PARTS = /undici|internal\/fs\/(promises|streams)|internal\/crypto\/webcrypto/;

test('every bundle loads with the settings it gets, needs all of them, and no slow part of Node', () => {
  const { Resources } = JSON.parse(
    readFileSync(join(assembly, 'ReferralPayouts.template.json'), 'utf8'),
  );
  const isSetting = (name: string) => /_TABLE$|_BUS$/.test(name) || name in VALUES;
  for (const name of FUNCTION_NAMES) {
    const variables = Object.keys(Resources[name].Properties.Environment.Variables);
    const settings = variables.map((variable) => [variable, VALUES[variable] ?? 'a-name']);
    const { handler, modules, read } = loadedBy(codeOf[name], Object.fromEntries(settings));
    expect(handler).toBe('function');
    expect([name, read.filter(isSetting).sort()]).toEqual([name, variables.sort()]);
    expect(modules.join('\n')).toContain('https');
    expect(modules.filter((module) => SLOW_PARTS.test(module))).toEqual([]);
  }
});

/** Those that ask chains carry what speaks to them, which is more than all the rest. */
const ASKS_CHAINS: FunctionName[] = ['MarkPayoutSent', 'SettleByChain', 'ReconcileOutflow'];

test('no bundle weighs more than 200 KB, but for those that ask chains', () => {
  const sizes = FUNCTION_NAMES.map((name) => [name, statSync(codeOf[name]).size] as const);
  const heavy = sizes.filter(([, size]) => size > 200_000).map(([name]) => name);
  expect(heavy).toEqual(ASKS_CHAINS);
});

test('only what asks chains carries their libraries, or the client of secrets', async () => {
  const { outputs } = await withFolder((folder) =>
    bundle(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, entryOf(name)])), folder),
  );
  const carriers = (part: RegExp) =>
    Object.entries(outputs)
      .filter(([, { inputs }]) => Object.keys(inputs).some((path) => part.test(path)))
      .map(([path]) => path.split('/').at(-2));
  for (const part of [
    /node_modules\/viem\//,
    /node_modules\/@solana\/kit\//,
    /client-secrets-manager/,
  ])
    expect(carriers(part).sort()).toEqual(ASKS_CHAINS.toSorted());
});

test('what only reads and writes the owner’s side carries nothing of the operators’', async () => {
  const owners = [
    'RequestPayout',
    'ListPayouts',
    'GetOverview',
    'ListRewards',
    'SpendOnInvoice',
  ] as const;
  const { outputs } = await withFolder((folder) =>
    bundle(Object.fromEntries(owners.map((name) => [name, entryOf(name)])), folder),
  );
  const parts = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  expect(Object.keys(outputs)).toHaveLength(owners.length);
  expect(parts).toContain('lib/store/payouts/request.ts');
  expect(parts.filter((path) => path.startsWith('lib/settlement/'))).toEqual([]);
});

const SCREENS: FunctionName[] = ['RequestPayout', 'ClaimPayout'];

test('the sanctions list is a file beside those that ask it, read only where it is on', () => {
  const withList = FUNCTION_NAMES.filter((name) =>
    existsSync(join(dirname(codeOf[name]), 'sanctioned.mjs')),
  );
  expect(withList.sort()).toEqual([...SCREENS].sort());
  const piece = SANCTIONED.slice(0, 40);
  for (const name of SCREENS) {
    expect(readFileSync(codeOf[name], 'utf8')).not.toContain(piece);
    const list = join(dirname(codeOf[name]), 'sanctioned.mjs');
    expect(readFileSync(list, 'utf8')).toContain(piece);
    expect(statSync(list).size).toBeLessThan(4_000);
  }
});

test('only what judges a new address carries the lists of those that swallow money', async () => {
  const { outputs } = await withFolder((folder) =>
    bundle(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, entryOf(name)])), folder),
  );
  const carriers = Object.entries(outputs).filter(
    ([, { inputs }]) => (inputs['lib/networks/evm-unpayable.ts']?.bytesInOutput ?? 0) > 0,
  );
  expect(carriers.map(([path]) => path.split('/').at(-2))).toEqual(['RequestPayout']);
});

test('nothing is imported or required from outside, except what the SDK would load for event streams', async () => {
  const { metafile } = await build({
    entryPoints: codeOf,
    outdir: 'unused',
    write: false,
    metafile: true,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    logLevel: 'silent',
  });
  for (const name of FUNCTION_NAMES) {
    const imports = metafile.outputs[`unused/${name}.js`]?.imports.map(({ path }) => path);
    expect([name, imports]).toEqual([name, ['@smithy/core/event-streams']]);
    expect(readFileSync(codeOf[name], 'utf8')).toContain('process.getBuiltinModule("node:https")');
  }
});

/** The minifier shortens the names of classes, but not of operations, which go over the wire. */
const WRITES = /"(TransactWriteItems|BatchWriteItem|PutItem|UpdateItem|DeleteItem)"/;

test('a function holds the code to write or to get an item exactly when its role may', () => {
  for (const name of FUNCTION_NAMES) {
    const granted: string[] = accessesOf(functionShape(name).grants).flatMap(
      ({ operations }) => operations,
    );
    const code = readFileSync(codeOf[name], 'utf8');
    expect({ name, writes: WRITES.test(code), gets: code.includes('"GetItem"') }).toEqual({
      name,
      writes: granted.some(
        (operation) => !['GetItem', 'BatchGetItem', 'Query', 'Scan'].includes(operation),
      ),
      gets: granted.includes('GetItem'),
    });
    expect([name, code.includes('"PutEvents"')]).toEqual([name, name === 'PublishPayoutEvents']);
  }
});

const allCode = () =>
  withFolder(async (folder) => {
    const bundles = await bundleFunctions(folder);
    return FUNCTION_NAMES.map((name) => readFileSync(join(bundles[name], 'index.mjs'), 'utf8'));
  });

test('two builds at the same time, in different folders, give the same bytes', async () => {
  const [one, other] = await Promise.all([allCode(), allCode()]);
  expect(one).toEqual(other);
});

test('what else a process has put on Node’s own modules changes no byte', async () => {
  const before = await allCode();
  const name = 'zzzz_jjjj_qqqq_'.repeat(50);
  try {
    for (const builtin of [process, crypto]) Object.assign(builtin, { [name]: () => {} });
    expect(await allCode()).toEqual(before);
  } finally {
    for (const builtin of [process, crypto]) Reflect.deleteProperty(builtin, name);
  }
});
