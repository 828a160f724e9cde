/** `npm run simulate:planted`: plants each bug in a copy, and says when the simulator caught it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, wholeNumber } from '../usage.ts';
import { BUGS, type Bug } from './planted-bugs.ts';

const ROOT = join(import.meta.dirname, '../../..');
const COPIED = [
  'functions',
  'infra',
  'lib',
  'test',
  'package.json',
  'package-lock.json',
  'cdk.json',
];

/** Enough for about 10,000 operations, within which every bug has to be caught that is not rare. */
const STEPS = 4500;
const OPERATIONS_MAX = 10_000;

type Caught = {
  seed: number;
  step: number;
  operations: number;
  rule: string;
  shortest: number | undefined;
};

/** A copy of the code with the bug in it; throws when the bug no longer fits the code. */
export function plant({ name, changes }: Bug): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'referral-payouts-planted-'));
  for (const path of COPIED) cpSync(join(ROOT, path), join(root, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [file, from, to] of changes) {
    const text = readFileSync(join(root, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`"${name}" no longer fits ${file}`);
    writeFileSync(
      join(root, file),
      text.replace(from, () => to),
    );
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Undefined when it was not caught. */
export async function simulateCopy(
  root: string,
  seed: number,
  steps = STEPS,
): Promise<Caught | undefined> {
  const args = [
    join(root, 'test/proof/simulator/main.ts'),
    '--seed',
    `${seed}`,
    '--steps',
    `${steps}`,
    '--json',
    '--shrink-seconds',
    '30',
  ];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout) => {
      // Its exit code is 1 when something broke, which is what is hoped for here.
      if (error && error.code !== 1) reject(error);
      else resolve(stdout);
    });
  });
  const { violation, operations, shortest } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  return violation && { seed, step: violation.step, operations, rule: violation.rule, shortest };
}

/** The titles of the tests that fail in the copy. */
export async function testCopy(root: string, file: string): Promise<string[]> {
  const path = join('test/lib/store', file);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const report = join(root, 'report.json');
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', '--reporter=json', path];
  await new Promise<void>((resolve) => {
    execFile(process.execPath, [...args, `--outputFile=${report}`], { cwd: root }, () => resolve());
  });
  const { testResults }: Report = JSON.parse(readFileSync(report, 'utf8'));
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
}

type Report = { testResults: { assertionResults: { status: string; fullName: string }[] }[] };

const USAGE = `Usage: npm run simulate:planted -- [options]

Plants bugs in copies of the code, and says after how many operations the simulator caught each. Those
that show in a coincidence only are tried on the tests that are to hold them.

Options
  --seeds N     how many seeds each is tried with (default 2)
  --only NAME   the bugs whose names have this in them
  --held        only those that a test is to hold
  --help        this

Exit code: 0 all were caught; 1 one was not; 2 the command line cannot be used.`;

async function main(): Promise<void> {
  const { seeds, only, held } = orUsage(USAGE, (args) => {
    const options = {
      seeds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      held: { type: 'boolean', default: false },
    } as const;
    const { values } = parseArgs({ args, options });
    return { ...values, seeds: wholeNumber('seeds', values.seeds, 1) };
  });
  console.log(
    ['bug', 'seed', 'step', 'operations', 'shortest history', 'what gave it away'].join(' | '),
  );
  const chosen = BUGS.filter(({ name, heldBy }) => name.includes(only) && (heldBy || !held));
  for (const bug of chosen) {
    const { root, remove } = plant(bug);
    try {
      if (bug.heldBy) await tryTests(bug.name, bug.heldBy, root);
      else for (let seed = 1; seed <= seeds; seed++) await trySeed(bug.name, seed, root);
    } finally {
      remove();
    }
  }
}

async function tryTests(name: string, file: string, root: string): Promise<void> {
  const [first = 'NOT CAUGHT', ...more] = await testCopy(root, file);
  if (first === 'NOT CAUGHT') process.exitCode = 1;
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  console.log([name, '-', '-', '-', '-', `${file}: ${first}${others}`].join(' | '));
}

async function trySeed(name: string, seed: number, root: string): Promise<void> {
  const caught = await simulateCopy(root, seed);
  if (!caught || caught.operations > OPERATIONS_MAX) process.exitCode = 1;
  const { step = '-', operations = 'NOT CAUGHT', shortest = '-', rule = '-' } = caught ?? {};
  console.log([name, seed, step, operations, shortest, rule].join(' | '));
}

if (import.meta.main) await main();
