/**
 * `npm run test:second-engine`: the tests of the store, of faults and of functions, and a short run
 * of the simulator, on an engine that others wrote. Tests or folders as arguments stand for less.
 */
import { spawnSync } from 'node:child_process';
import { MINISTACK, MISSING, ministackFolder } from './ministack.ts';

/** What takes minutes there and finds what shorter ones find: the tests tagged heavy. */
const TESTS = ['--tags-filter', '!heavy'];
const DEFAULT = ['test/lib/store/', 'test/functions/'];
const SIMULATION = [
  'test/proof/simulator/main.ts',
  '--no-restarts',
  '--steps',
  '150',
  '--users',
  '4',
];

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, DYNAMODB_ENGINE: MINISTACK },
  });
  if (status !== 0) process.exitCode = 1;
}

const chosen = process.argv.slice(2);
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'test/proof/engines/vitest.config.ts',
];
if (ministackFolder === undefined) console.warn(MISSING);
else {
  run(...vitest, ...TESTS, ...(chosen.length > 0 ? chosen : DEFAULT));
  if (chosen.length === 0) run(...SIMULATION);
}
