import { readdirSync } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { chosen, ROOMS } from './rooms.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

test('every file of lib and functions is in one room', () => {
  const files = ['lib', 'functions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  const rooms = Object.values(ROOMS);
  const lost = files.filter(
    (file) => rooms.filter(({ code }) => matchesGlob(file, code)).length !== 1,
  );
  expect(files.length).toBeGreaterThan(70);
  expect(lost).toEqual([]);
});

test('rooms and files may be asked for, and nothing else', () => {
  expect(chosen(['sweep', 'lib/money.ts', 'lib/store/dynamodb/store.ts'])).toEqual([
    ['rules', ['lib/money.ts']],
    ['connection', ['lib/store/dynamodb/store.ts']],
    ['sweep', [ROOMS.sweep?.code]],
  ]);
  expect(chosen([])).toHaveLength(Object.keys(ROOMS).length);
  expect(() => chosen(['lib/none/such.ts'])).toThrow('lib/none/such.ts');
});
