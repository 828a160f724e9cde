import { describe, expect, test } from 'vitest';
import {
  allMet,
  atLeast,
  atMost,
  exactly,
  median,
  percentile,
  ratio,
  readOptions,
  shown,
  table,
} from './report.ts';

const KNOWN = ['bytes', 'warm', 'history'];

test('without options every section runs', () =>
  expect(readOptions([], KNOWN)).toEqual({
    sections: KNOWN,
    svgDir: '.build/bench',
    quick: false,
  }));

test('named sections run in the order of the benchmark', () =>
  expect(
    readOptions(['--only', 'history', '--only', 'bytes', '--svg', 'out', '--quick'], KNOWN),
  ).toEqual({
    sections: ['bytes', 'history'],
    svgDir: 'out',
    quick: true,
  }));

test('a section that does not exist is answered with those that do', () =>
  expect(() => readOptions(['--only', 'hot'], KNOWN)).toThrow('bytes, warm, history'));

test('an unknown option is refused', () =>
  expect(() => readOptions(['--fast'], KNOWN)).toThrow('--fast'));

test('the table aligns its columns across sections and shows no verdict without a target', () =>
  expect(
    table([
      {
        title: 'First',
        rows: [atMost('size, KB', 230, 228.62, 'gzipped 76'), shown('peer', 1857)],
      },
      { title: 'Second', rows: [exactly('a payout', '5 WRU', '6 WRU'), atLeast('share', 1, 1)] },
    ]),
  ).toBe(
    [
      'First',
      '  size, KB  228.620  <= 230   ok      gzipped 76',
      '  peer      1857',
      '',
      'Second',
      '  a payout  6 WRU    = 5 WRU  MISSED',
      '  share     1        >= 1     ok',
    ].join('\n'),
  ));

describe('a target', () => {
  test.each([
    ['at most', atMost('', 1.1, 1.1), true],
    ['at most', atMost('', 1.1, 1.11), false],
    ['at most', atMost('', 1.1, Number.NaN), false],
    ['at least', atLeast('', 1, 1), true],
    ['at least', atLeast('', 1, 0.99), false],
    ['at least', atLeast('', 1, Number.NaN), false],
    ['exactly', exactly('', 'balance', 'balance'), true],
    ['exactly', exactly('', 'balance', 'drift'), false],
    ['none', shown('', Number.NaN), true],
  ])('%s is met or missed: %j', (_kind, row, ok) => expect(row.ok).toBe(ok));

  test('that is missed anywhere is missed by the run', () => {
    const met = { title: '', rows: [atMost('', 1, 1)] };
    expect(allMet([met])).toBe(true);
    expect(allMet([met, { title: '', rows: [atMost('', 1, 2)] }])).toBe(false);
  });

  test('has to be there: a run that measured nothing has not met it', () => {
    expect(allMet([])).toBe(false);
    expect(allMet([{ title: '', rows: [shown('', 1)] }])).toBe(false);
  });
});

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a percentile is the value that this share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([5], 0.5)).toBe(5);
  expect(percentile([], 0.5)).toBeNaN();
});

test('a ratio is that of the medians, which it names', () =>
  expect(ratio([1, 2, 30], [4, 4, 4])).toEqual([0.5, '2.0 ms / 4.0 ms']));
