/** Has Stryker make the mutants and try them. */
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import type { Room } from './rooms.ts';

export type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** Tries every mutant of these files on the tests of the room. Files are named from the root. */
export async function mutate(
  root: string,
  { tests }: Room,
  files: string[],
): Promise<MutantResult[]> {
  process.env.MUTATION_TESTS = tests;
  const stryker = new Stryker({
    mutate: files,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    // Functions are imported while their tests run, so that what those import says nothing of what
    // they test.
    vitest: {
      configFile: 'test/proof/mutation/vitest.config.ts',
      related: !tests.includes('functions'),
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
  const results = await stryker.runMutationTest();
  return results.map((mutant) => ({ ...mutant, fileName: relative(root, mutant.fileName) }));
}
