import { describe, expect, test } from 'vitest';
import {
  formatAmount,
  formatTime,
  parseAmount,
  prettyJson,
  short,
} from '../../../../../infra/local/only-here/playground/page/text.ts';

describe('an amount that is typed', () => {
  test.each([
    ['25.00', 25_000_000n],
    ['25', 25_000_000n],
    ['0.000001', 1n],
    ['-5.5', -5_500_000n],
    ['-0.5', -500_000n],
    ['1,234,567.5', 1_234_567_500_000n],
    [' 9007199254.740993 ', 9_007_199_254_740_993n],
    ['9223372036854.775807', 2n ** 63n - 1n],
  ])('%s is exact', (text, micro) => expect(parseAmount(text)).toBe(micro));

  test.each([
    '',
    '-',
    'ten',
    '25,00',
    '1,23',
    '1.',
    '.5',
    '1e3',
    '0x10',
    '1.0000001',
    '1 000',
    '+1',
  ])('"%s" is none', (text) => expect(parseAmount(text)).toBeUndefined());
});

describe('an amount that is shown', () => {
  test.each([
    [0n, '0.00'],
    [1n, '0.000001'],
    [25_000_000n, '25.00'],
    [25_100_000n, '25.10'],
    [25_123_400n, '25.1234'],
    [-500_000n, '-0.50'],
    [999_999_999n, '999.999999'],
    [1_000_000_000n, '1,000.00'],
    [2n ** 63n - 1n, '9,223,372,036,854.775807'],
  ])('%s micro-units have two to six decimals: %s', (micro, text) => {
    expect(formatAmount(micro)).toBe(text);
    expect(parseAmount(text)).toBe(micro);
  });
});

test('a time that is shown has its date and its seconds', () => {
  const [one, other] = ['2026-03-02T12:15:07.310Z', '2026-03-05T12:15:07.310Z'].map(formatTime);
  expect(one).toMatch(/2026.*:15:07/);
  expect(other).not.toBe(one);
});

test.each([
  ['9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', '9xQeWv…usVFin'],
  ['demo-invoice', 'demo-invoice'],
])('%s is known as %s', (text, shown) => expect(short(text)).toBe(shown));

describe('JSON that is shown', () => {
  test('every digit and every escape stays', () =>
    expect(prettyJson('{"a":9007199254740993,"b":["x\\n\\u0001",null,true],"c":{},"d":[]}')).toBe(
      '{\n  "a": 9007199254740993,\n  "b": [\n    "x\\n\\u0001",\n    null,\n    true\n  ],\n  "c": {},\n  "d": []\n}',
    ));

  test.each(['', 'amount=1', '{"a":'])('what is not JSON stays as it is: "%s"', (text) =>
    expect(prettyJson(text)).toBe(text),
  );
});
