import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../lib/json.ts';

describe('parseJson', () => {
  test('reads integers of int64 size as bigint, digit by digit', () => {
    expect(parseJson('{"a":9007199254740993,"b":-9223372036854775808,"c":[25e6]}')).toEqual({
      a: 9_007_199_254_740_993n,
      b: -9_223_372_036_854_775_808n,
      c: [25_000_000n],
    });
  });

  test('reads fractions and numbers beyond int64 as number, which no money schema accepts', () => {
    expect(parseJson('[1.5,9007199254740991.4,1e400,100000000000000000000]')).toEqual([
      1.5,
      9007199254740991,
      Number.POSITIVE_INFINITY,
      1e20,
    ]);
  });

  test('keeps a key named __proto__ an ordinary field', () => {
    const parsed = parseJson('{"__proto__":{"amount_micro":1}}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(parsed.amount_micro).toBeUndefined();
  });

  test.each([
    ['a lone high surrogate', '"\\ud800"'],
    ['a lone low surrogate', '["\\udc00"]'],
    ['a lone surrogate in a key', '{"\\ud800":1}'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['a leading zero', '01'],
    ['a trailing comma', '[1,]'],
    ['NaN', 'NaN'],
  ])('refuses %s', (_name, text) => expect(() => parseJson(text)).toThrow(SyntaxError));

  test('accepts a surrogate pair', () => expect(parseJson('"\\ud83d\\ude00"')).toBe('😀'));
});

describe('stringifyJson', () => {
  test('writes bigint as an integer literal with all its digits', () =>
    expect(stringifyJson({ a: 9_007_199_254_740_993n, b: [-1n], c: undefined })).toBe(
      '{"a":9007199254740993,"b":[-1]}',
    ));
});
