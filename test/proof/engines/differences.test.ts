import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIFFERENCES, differenceOf } from './differences.ts';

const TESTS = join(import.meta.dirname, '../..');
const named = DIFFERENCES.flatMap(({ tests }) =>
  Object.entries(tests).flatMap(([file, names]) => names.map((name) => [file, name] as const)),
);

test.each(named)('%s still has the test "%s", under these headings', (file, name) => {
  const text = readFileSync(join(TESTS, file), 'utf8');
  expect(name.split(' > ').filter((part) => !text.includes(`'${part}'`))).toEqual([]);
});

test('a test is skipped by its whole name in its own file, and no other', () => {
  const [[file, name] = ['', '']] = named;
  expect(DIFFERENCES).toContain(differenceOf(file, name));
  expect(differenceOf(file, name.slice(1))).toBeUndefined();
  expect(differenceOf(`other/${file}`, name)).toBeUndefined();
});
