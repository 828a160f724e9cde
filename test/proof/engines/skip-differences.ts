/** Before each test on the second engine: one that needs what it lacks is skipped, and says why. */
import { relative, resolve } from 'node:path';
import { beforeEach, expect } from 'vitest';
import { differenceOf } from './differences.ts';

const TESTS = resolve(import.meta.dirname, '../..');

beforeEach(({ task, skip }) => {
  const file = relative(TESTS, task.file.filepath);
  const difference = differenceOf(file, expect.getState().currentTestName ?? '');
  if (difference) skip(difference.engine);
});
