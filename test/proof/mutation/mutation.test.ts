import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chosen, ROOT, readRooms, testsOf } from './rooms.ts';
import { type Mutant, scoreOf, unexplained } from './score.ts';

const rooms = readRooms();

test('every file of lib and functions is in one room', () => {
  const files = globSync(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT }).sort();
  expect(files.length).toBeGreaterThan(50);
  expect(Object.values(rooms).flat().sort()).toEqual(files);
});

test.each(Object.keys(rooms))('the room %s has tests', (room) =>
  expect(globSync(testsOf(room), { cwd: ROOT })).not.toEqual([]),
);

test('rooms and files may be asked for, and nothing else', () => {
  expect(chosen(rooms, ['lib/http', 'lib/money.ts', 'functions/get-user.ts'])).toEqual([
    ['functions', ['functions/get-user.ts']],
    ['lib', ['lib/money.ts']],
    ['lib/http', rooms['lib/http']],
  ]);
  expect(Object.fromEntries(chosen(rooms, []))).toEqual(rooms);
  expect(() => chosen(rooms, ['lib/none/such.ts'])).toThrow('lib/none/such.ts');
});

const mutant = (status: Mutant['status'], statusReason?: string): Mutant => ({
  id: '1',
  fileName: 'lib/a.ts',
  mutatorName: 'LogicalOperator',
  replacement: 'one || two',
  status,
  location: { start: { line: 2, column: 7 }, end: { line: 3, column: 8 } },
  ...(statusReason !== undefined && { statusReason }),
});

test('what is killed, takes too long or cannot run is noticed; what no test runs is not', () => {
  const all = (['Killed', 'Timeout', 'RuntimeError', 'NoCoverage'] as const).map((status) =>
    mutant(status),
  );
  expect(unexplained(all)).toEqual([mutant('NoCoverage')]);
  expect(scoreOf(all)).toMatchObject({ killed: 1, timeout: 1, survived: 0, noCoverage: 1 });
  expect(scoreOf(all).percent).toBeCloseTo(66.7, 1);
});

test('a comment explains an unnoticed mutant only with a reason, and does not raise the score', () => {
  const explained = mutant('Ignored', 'It costs time only.');
  const bare = mutant('Ignored', 'Ignored using a comment');
  expect(unexplained([explained, bare, mutant('Survived')])).toEqual([bare, mutant('Survived')]);
  expect(scoreOf([explained, mutant('Killed')]).percent).toBe(50);
});
