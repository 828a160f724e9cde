import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

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
