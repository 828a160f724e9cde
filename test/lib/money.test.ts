import { describe, expect, test } from 'vitest';
import { decimalText, exactInteger, INT64_MAX, INT64_MIN } from '../../lib/money.ts';

describe('exactInteger', () => {
  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['0.000', 0n],
    ['0e999999999999999999999', 0n],
    ['25000000', 25_000_000n],
    ['25000000.0', 25_000_000n],
    ['25e6', 25_000_000n],
    ['25E+6', 25_000_000n],
    ['2.5e7', 25_000_000n],
    ['0.000025e12', 25_000_000n],
    ['0.00000000000000000000000025e32', 25_000_000n],
    ['2500000000e-2', 25_000_000n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['9223372036854775807', INT64_MAX],
    ['-9223372036854775808', INT64_MIN],
    ['9223372036854775808', INT64_MAX + 1n],
    ['922337203685477580700e-2', INT64_MAX],
  ])('%s is %s', (literal, value) => expect(exactInteger(literal)).toBe(value));

  test.each([
    '1.5',
    '9007199254740991.4',
    '1e-1',
    '25e-7',
    '0.1',
    '12345678901234567890',
    '1e19',
    '1e400',
    '1e999999999999',
  ])('%s is no int64-sized integer', (literal) => expect(exactInteger(literal)).toBeUndefined());

  test.each(['', '-', '1e', 'NaN', 'Infinity', '0x10', ' 1', '1n'])(
    '%j is no JSON number',
    (literal) => expect(exactInteger(literal)).toBeUndefined(),
  );

  test('a literal of a whole request body of zeros takes no noticeable time', () => {
    const literal = `${'0'.repeat(2000)}1${'0'.repeat(2000)}.${'0'.repeat(90)}1`;
    expect(exactInteger(literal)).toBeUndefined();
  });
});

test.each([
  [0n, 6, '0'],
  [1n, 6, '0.000001'],
  [25_000_000n, 6, '25'],
  [9_007_199_254_740_993_100n, 6, '9007199254740.9931'],
  [120n, 0, '120'],
  [10n ** 18n + 1n, 18, '1.000000000000000001'],
])('%s of %s places are %s', (count, places, text) =>
  expect(decimalText(count, places)).toBe(text),
);
