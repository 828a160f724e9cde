/**
 * `npm run mutate`: makes every small change to `lib/` and `functions/` that Stryker knows, one at
 * a time, and lets the tests notice it. Ends with an error when too few are noticed in `lib/`, or
 * when one is not that no comment in the source explains. Rooms (see `rooms.ts`) or files as
 * arguments stand for less than everything.
 */
import { join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { synthesize } from '../../../infra/local/template/synthesize.ts';
import { orUsage } from '../usage.ts';
import { chosen, ROOT, readRooms, testsOf } from './rooms.ts';
import { type Mutant, scoreOf, scoreTable, unexplained } from './score.ts';

const MIN_LIB_SCORE = 90;

/** Has Stryker try every mutant of these files of the room on the room's tests. */
async function mutate(room: string, files: string[]): Promise<Mutant[]> {
  process.env.MUTATION_TESTS = testsOf(room);
  const stryker = new Stryker({
    mutate: files,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: {
      configFile: 'test/proof/mutation/vitest.config.ts',
      // Functions are imported while their tests run, whose own imports say nothing of them.
      related: room !== 'functions',
      pool: 'forks',
    },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // A run of its own may be under way beside this one.
    tempDirName: `.build/mutation-${process.pid}`,
    ignorePatterns: ['.build', '.ci', 'cdk.out', 'sdk', 'README.md'],
    // Stryker would read it with a compiler interface that TypeScript 7 does not have.
    tsconfigFile: 'none.json',
    disableTypeChecks: false,
    reporters: ['progress-append-only'],
    // An endless loop is noticed by how often it goes round; this is for what hangs.
    timeoutMS: 20_000,
    timeoutFactor: 2,
  });
  const mutants = await stryker.runMutationTest();
  return mutants.map((mutant) => ({ ...mutant, fileName: relative(ROOT, mutant.fileName) }));
}

const USAGE = `Usage: npm run mutate -- [room or file]...

Makes every small change to lib/ and functions/, or to these rooms and files of theirs, and lists
what no test notices. A room is a folder, such as lib/networks.

Exit code: 0 all is noticed or explained; 1 something is not; 2 the command line cannot be used.`;

const rooms = orUsage(USAGE, (names) => chosen(readRooms(), names));

using assembly = await synthesize();
process.env.MUTATION_ASSEMBLY = assembly.directory;
process.env.CHAIN_ENGINES = join(ROOT, '.ci/engines');

const mutants: Mutant[] = [];
const unnoticed: Mutant[] = [];
for (const [room, files] of rooms) {
  const start = performance.now();
  const found = await mutate(room, files);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${room}: ${found.length} mutants in ${seconds} s`);
  mutants.push(...found);
  const left = unexplained(found);
  unnoticed.push(...left);
  for (const { fileName, location, mutatorName, replacement, status } of left) {
    const { line, column } = location.start;
    console.log(`${status}: ${fileName}:${line}:${column} ${mutatorName} -> ${replacement}`);
  }
}

console.log(scoreTable(mutants));
console.log(`${unnoticed.length} are neither noticed nor explained`);
const { percent } = scoreOf(mutants.filter(({ fileName }) => fileName.startsWith('lib/')));
process.exitCode = unnoticed.length > 0 || percent < MIN_LIB_SCORE ? 1 : 0;
