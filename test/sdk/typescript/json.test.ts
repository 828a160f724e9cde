import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, stringifyFlat } from '../../../sdk/typescript/src/json.ts';

const attempt = (parse: () => unknown) => {
  try {
    return { value: parse() };
  } catch (error) {
    return { error: (error as Error).name };
  }
};

/** Every bigint as the nearest number, and no zero below zero. */
const rounded = (value: unknown): unknown => {
  if (typeof value === 'bigint' || value === 0) return Number(value) + 0;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
};

/** JSON text with blanks where they may be, and now and then a character too many or too few. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', '0', '1', '-', '.', 'e', '"', '\\', ' ', ','),
    fc.boolean(),
  )
  .map(([text, at, extra, drops]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + extra + text.slice(place + Number(drops));
  });

describe('parseJson', () => {
  test.each<[string, unknown]>([
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['[0,-0,1,[2]]', [0n, 0n, 1n, [2n]]],
    ['[1.5,1e3,9007199254740991.4]', [1.5, 1000, 9007199254740991]],
    ['{"a":{"b":[{"c":9007199254740993}]}}', { a: { b: [{ c: 9_007_199_254_740_993n }] } }],
    ['"9007199254740993"', '9007199254740993'],
    ['{"12":"a 34 b","x":56}', { 12: 'a 34 b', x: 56n }],
    ['["\\"12\\"",34,"\\\\",56,"\\\\\\"78"]', ['"12"', 34n, '\\', 56n, '\\"78']],
    ['["\\u0031",2]', ['1', 2n]],
    [' [ 1 , 2 ]\n', [1n, 2n]],
    ['[true,false,null]', [true, false, null]],
  ])('reads %s', (text, value) => expect(parseJson(text)).toEqual(value));

  test.each([
    '',
    '01',
    '1.',
    '.5',
    '1e',
    '--1',
    '+1',
    '1 2',
    '1true',
    '[1,]',
    '"1',
    '"\n"',
    '{1:2}',
    '0x10',
    'NaN',
  ])('refuses %j', (text) => expect(() => parseJson(text)).toThrow(SyntaxError));

  const SIZE = 2 ** 22;
  const times = (part: string) => part.repeat(Math.floor(SIZE / part.length));
  const HOSTILE: [string, string, string][] = [
    ['ends of strings that never end', times('\\"'), 'SyntaxError'],
    ['a string with them, without an end', `"${times('\\"')}`, 'SyntaxError'],
    ['a string with them', `"${times('\\"')}"`, 'string'],
    ['quotation marks', times('"'), 'SyntaxError'],
    ['backslashes', `"${times('\\\\')}"`, 'string'],
    ['a string without an end', `"${times('a')}`, 'SyntaxError'],
    ['strings without an end', times('"a\\'), 'SyntaxError'],
    ['\\u escapes', `"${times('\\u0031')}"`, 'string'],
    ['an integer that is no amount', times('9'), 'SyntaxError'],
    ['a negative one', `-${times('9')}`, 'SyntaxError'],
    ['zeros', times('0'), 'SyntaxError'],
    ['a long fraction', `1.${times('9')}`, 'number'],
    ['a huge exponent', `1e${times('9')}`, 'number'],
    ['a huge negative exponent', `1e-${times('9')}`, 'number'],
    ['exponents without end', times('1e'), 'SyntaxError'],
    ['fractions without end', times('1.'), 'SyntaxError'],
    ['minus signs', times('-'), 'SyntaxError'],
    ['blanks', times(' '), 'SyntaxError'],
    ['small numbers', `[${times('1,')}1]`, 'object'],
    ['open lists', times('['), 'SyntaxError'],
    ['deep lists', '['.repeat(SIZE / 2) + ']'.repeat(SIZE / 2), 'RangeError'],
    ['open objects', times('{"a":'), 'SyntaxError'],
  ];

  // Where the time grew with the square of the size these took from minutes to days. The limit is
  // there so that such a reader fails rather than hangs.
  test.each(HOSTILE)('takes 4 MB of %s in its stride', { timeout: 120_000 }, (_what, text, end) => {
    const parse = () => attempt(() => typeof parseJson(text));
    const parsed = runInNewContext('parse()', { parse }, { timeout: 90_000 });
    expect(parsed.value ?? parsed.error).toBe(end);
  });

  test('reads integers of up to 4300 digits, as Python does', () => {
    expect(parseJson('9'.repeat(4300))).toBe(10n ** 4300n - 1n);
    expect(() => parseJson('9'.repeat(4301))).toThrow(SyntaxError);
  });

  test('agrees with JSON.parse on everything but the digits', () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        expect(attempt(() => rounded(parseJson(text)))).toEqual(
          attempt(() => rounded(JSON.parse(text))),
        );
      }),
    );
  });

  test('keeps a key named __proto__ an ordinary field', () => {
    const parsed = parseJson('{"__proto__":{"id":1}}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(parsed.id).toBeUndefined();
  });
});

describe('stringifyFlat', () => {
  test('writes a bigint with all its digits, and leaves out what is undefined', () =>
    expect(stringifyFlat({ a: 9_007_199_254_740_993n, b: undefined, c: 'say "1"' })).toBe(
      '{"a":9007199254740993,"c":"say \\"1\\""}',
    ));

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.bigInt())), (fields) => {
        expect(parseJson(stringifyFlat(fields))).toEqual({ ...fields });
      }),
    );
  });
});
