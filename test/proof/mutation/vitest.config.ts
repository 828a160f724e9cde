/** The tests that mutants are tried on; what `main.ts` has to say comes in the environment. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { exemptLoopback } from '../../../infra/surroundings.ts';

exemptLoopback();

/** A mutant is dead with its first failing test, and a short file is likely to fail sooner. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bytes = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((one, other) => bytes(one) - bytes(other));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^\.\/instance\.ts$/,
        replacement: resolve(import.meta.dirname, 'in-process-instance.ts'),
      },
    ],
  },
  test: {
    root: resolve(import.meta.dirname, '../../..'),
    include: [process.env.MUTATION_TESTS ?? ''],
    globalSetup: ['test/proof/mutation/global-setup.ts'],
    tags: [
      { name: 'heavy', skip: true },
      { name: 'kills', skip: true },
    ],
    sequence: { sequencer: ShortestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
