import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

/**
 * Every import of a TypeScript file below the folder: relative ones as paths from the root,
 * packages by name.
 */
const imports = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const path = join(folder, file);
      const text = readFileSync(join(ROOT, path), 'utf8');
      return [...text.matchAll(IMPORT)].map(([, target = '']) => ({
        path,
        target: target.startsWith('.')
          ? relative(ROOT, resolve(ROOT, dirname(path), target))
          : target,
      }));
    });

const lib = imports('lib');
const functions = imports('functions');

describe('imports go one way', () => {
  test('the reader of imports finds them', () => {
    expect(lib.length).toBeGreaterThan(50);
    expect(functions).toContainEqual({
      path: 'functions/request-payout.ts',
      target: 'lib/store/dynamodb/store.ts',
    });
  });

  test('lib knows neither functions nor infra', () =>
    expect(lib.filter(({ target }) => /^(functions|infra|test|sdk)\//.test(target))).toEqual([]));

  test('functions know lib alone, and not each other', () =>
    expect(functions.filter(({ target }) => /^(functions|infra|test|sdk)\//.test(target))).toEqual(
      [],
    ));

  test('infra names functions only by path', () =>
    expect(imports('infra').filter(({ target }) => target.startsWith('functions/'))).toEqual([]));

  test('lib/store never looks up to lib/http', () =>
    expect(
      lib.filter(
        ({ path, target }) => path.startsWith('lib/store') && target.startsWith('lib/http'),
      ),
    ).toEqual([]));
});

describe('packages stay in their rooms', () => {
  const users = (all: typeof lib, name: RegExp) => [
    ...new Set(all.filter(({ target }) => name.test(target)).map(({ path }) => path)),
  ];

  test('only lib/store speaks to AWS', () =>
    expect(
      users([...lib, ...functions], /^@aws-sdk/).filter((path) => !path.startsWith('lib/store/')),
    ).toEqual([]));

  test('only functions and lib/http know middy', () =>
    expect(users(lib, /^@middy/).filter((path) => !path.startsWith('lib/http/'))).toEqual([]));
});

test('the environment is read in one module', () => {
  const readers = [...new Set([...lib, ...functions].map(({ path }) => path))].filter((path) =>
    readFileSync(join(ROOT, path), 'utf8').includes('process.env'),
  );
  expect(readers).toEqual(['lib/config.ts']);
});
