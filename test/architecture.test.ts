/**
 * Holds the order of the rooms: who may import whom, and how large and how well named rooms are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** From the bottom up: a file imports from its own room and from those above its line here. */
const ROOMS = [
  'lib/{*,networks/*,settlement/*}.ts', // the rules
  'lib/networks/verify/*',
  'lib/store/dynamodb/*',
  'lib/store/balance/*',
  'lib/store/payouts/*',
  'lib/store/payouts/chain/*',
  'lib/store/billing/*',
  'lib/store/reconcile/*',
  'lib/http/*',
  'functions/*',

  'infra/{problem,surroundings}.ts',
  'infra/{settings,stages,tables}.ts',
  'infra/compute/*',
  'infra/{api,domain,operator-policies}.ts',
  'infra/events/*',
  'infra/watch/*',
  'infra/{firewall,stack,assembly,app}.ts',
  'infra/tools/**',
  'infra/openapi/**',
  'infra/local/template/*',
  'infra/local/gateway/*',
  'infra/local/lambda/*',
  'infra/local/database/*',
  'infra/local/events/*',
  'infra/local/only-here/*',
  'infra/local/only-here/chains/*',
  'infra/local/service.ts',
  'infra/local/only-here/playground/**',
  'infra/local/{main,invoke,ready-message}.ts',
];

const ROOMS_MAX = 20;
const FILES_IN_A_ROOM_MAX = 15;

const ROOT = resolve(import.meta.dirname, '..');

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const files = ['lib', 'functions', 'infra'].flatMap(filesBelow);
const sources = files.filter((file) => file.endsWith('.ts'));
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

type Import = { path: string; target: string };

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

/** Every import, those of types too: relative ones as paths from the root, packages by name. */
const imports: Import[] = sources.flatMap((path) =>
  [...textOf(path).matchAll(IMPORT)].map(([, target = '']) => ({
    path,
    target: target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(path), target)) : target,
  })),
);
const importsOf = (folder: string) => imports.filter(({ path }) => path.startsWith(`${folder}/`));
const shown = (found: Import[]) => found.map(({ path, target }) => `${path} imports ${target}`);

/** The place of a file's room in the order; -1 for what has none. */
const roomOf = (path: string): number => ROOMS.findIndex((glob) => matchesGlob(path, glob));

/** What is left when imports that begin or end at a loose end are taken away, again and again. */
function circles(left: Import[]): Import[] {
  const importers = new Set(left.map(({ path }) => path));
  const imported = new Set(left.map(({ target }) => target));
  const inner = left.filter(({ path, target }) => importers.has(target) && imported.has(path));
  return inner.length === left.length ? left : circles(inner);
}

describe('imports go one way', () => {
  test('the reader of imports finds them', () => {
    expect(importsOf('lib').length).toBeGreaterThan(50);
    expect(importsOf('functions')).toContainEqual({
      path: 'functions/request-payout.ts',
      target: 'lib/store/dynamodb/store.ts',
    });
    expect(circles([...'abca'].map((path, at) => ({ path, target: 'bcad'[at] ?? '' })))).toEqual([
      { path: 'a', target: 'b' },
      { path: 'b', target: 'c' },
      { path: 'c', target: 'a' },
    ]);
  });

  test('every file has a room', () =>
    expect(sources.filter((path) => roomOf(path) === -1)).toEqual([]));

  test('no file imports from a room above its own', () =>
    expect(shown(imports.filter(({ path, target }) => roomOf(target) > roomOf(path)))).toEqual([]));

  test('no files import each other in a circle', () => expect(shown(circles(imports))).toEqual([]));

  test.each([
    ['lib', /^(functions|infra|test|sdk)\//],
    ['functions', /^(functions|infra|test|sdk)\//],
    ['infra', /^(functions|test)\//],
  ])('%s imports nothing like %s', (folder, forbidden) =>
    expect(shown(importsOf(folder).filter(({ target }) => forbidden.test(target)))).toEqual([]),
  );
});

describe('packages stay in their rooms', () => {
  const code = [...importsOf('lib'), ...importsOf('functions')];

  test.each([
    ['lib/store speaks to AWS', /^@aws-sdk/, /^lib\/store\//],
    ['functions and lib/http know middy', /^@middy/, /^(functions|lib\/http)\//],
  ])('only %s', (_what, name, room) => {
    const users = code.filter(({ target }) => name.test(target));
    expect(users.length).toBeGreaterThan(0);
    expect(shown(users.filter(({ path }) => !room.test(path)))).toEqual([]);
  });
});

test('the environment is read in one module', () => {
  const code = sources.filter((path) => !path.startsWith('infra/'));
  expect(code.filter((path) => textOf(path).includes('process.env'))).toEqual(['lib/config.ts']);
});

describe('rooms are few, small and named apart', () => {
  test(`lib and infra have at most ${ROOMS_MAX} at their top two levels`, () => {
    const two = ['lib/*', 'lib/store/*', 'infra/*', 'infra/local/*'];
    const folders = new Set(sources.map(dirname));
    const rooms = [...folders].filter((folder) => two.some((glob) => matchesGlob(folder, glob)));
    expect(rooms.length, rooms.join(' ')).toBeLessThanOrEqual(ROOMS_MAX);
  });

  test(`a room has at most ${FILES_IN_A_ROOM_MAX} files, beside the functions`, () => {
    const sizes = Map.groupBy(files, dirname);
    sizes.delete('functions');
    expect(
      [...sizes].filter(([, { length }]) => length > FILES_IN_A_ROOM_MAX).map(([folder]) => folder),
    ).toEqual([]);
  });

  test('no two files have one name, except where a program or a room begins', () => {
    const byName = Map.groupBy(sources, (path) => basename(path));
    for (const name of ['main.ts', 'index.ts']) byName.delete(name);
    expect([...byName.values()].filter(({ length }) => length > 1)).toEqual([]);
  });
});

describe('the tests mirror the code', () => {
  const tested = ['test/lib', 'test/functions']
    .flatMap(filesBelow)
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => path.replace(/^test\/(.*)\.test\.ts$/, '$1.ts'));
  const code = sources.filter((path) => /^(lib|functions)\//.test(path));

  test('each file of lib and functions has its test', () =>
    expect(code.filter((path) => !tested.includes(path))).toEqual([]));

  // Those of functions also look at what several of them have in common.
  test('each test of lib has its file', () =>
    expect(tested.filter((path) => path.startsWith('lib/') && !code.includes(path))).toEqual([]));
});
