import { expect, test } from 'vitest';
import type { MutantResult } from './mutate.ts';
import { scoreOf } from './score.ts';
import { compare, survivorsOf } from './survivors.ts';

const SOURCE = 'const one = 1;\n  if (one &&\n    two) three();\n';

const mutant = (
  status: MutantResult['status'],
  more: Partial<MutantResult> = {},
): MutantResult => ({
  id: '1',
  fileName: 'lib/a.ts',
  mutatorName: 'LogicalOperator',
  replacement: 'one || two',
  status,
  location: { start: { line: 2, column: 7 }, end: { line: 3, column: 8 } },
  ...more,
});

const survivor = {
  file: 'lib/a.ts',
  mutator: 'LogicalOperator',
  is: 'if (one && two) three();',
  becomes: 'if (one || two) three();',
};

test('a survivor is told by its lines, as they are and as the mutant has them', () => {
  const survivors = survivorsOf([mutant('Survived')], () => SOURCE);
  expect(survivors).toEqual([survivor]);
});

test('what is killed, takes too long or cannot run is none; what no test runs is one', () => {
  const all = (['Killed', 'Timeout', 'RuntimeError', 'NoCoverage'] as const).map((status) =>
    mutant(status),
  );
  expect(survivorsOf(all, () => SOURCE)).toHaveLength(1);
  expect(scoreOf(all)).toMatchObject({ killed: 1, timeout: 1, survived: 0, noCoverage: 1 });
  expect(scoreOf(all).percent).toBeCloseTo(66.7, 1);
});

test('each explanation is for one survivor, and those without any are named', () => {
  const gone = { ...survivor, file: 'lib/b.ts' };
  expect(compare([survivor, survivor], [survivor, gone])).toEqual({
    unexplained: [survivor],
    gone: [gone],
  });
  expect(compare([survivor], [survivor])).toEqual({ unexplained: [], gone: [] });
});
