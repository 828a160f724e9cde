/** The oracle's reading of JSON, amounts, addresses and HTTP, against other readers and tables. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStream } from './http-message.ts';
import { canonical, NumberLiteral, readJson } from './read-json.ts';
import { isPayable, positiveAmount } from './values.ts';

describe('JSON', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const jsonish = fc.oneof(
    fc.json(),
    fc.array(fc.constantFrom(...'{}[]":,1-.e ', 'null', '\\u00')).map((tokens) => tokens.join('')),
  );

  test('what JSON.parse reads is read, and nothing else', () =>
    fc.assert(
      fc.property(jsonish, (text) => {
        expect(readJson(text) !== undefined).toBe(parses(text));
      }),
    ));

  test.each([
    ['['.repeat(4096), false],
    [`${'['.repeat(2048)}${']'.repeat(2048)}`, true],
    [`${'{"":['.repeat(585)}${']}'.repeat(585)}`, true],
  ])('nesting as deep as a body can be is read: %#', (text, isJson) =>
    expect(readJson(text) !== undefined).toBe(isJson),
  );

  test('the order of members does not count, the spelling of numbers does', () => {
    const of = (text: string) => canonical(readJson(text)?.value ?? null);
    expect(of('{"a":1,"b":[true]}')).toBe(of(' {"b":[true],"a":1}'));
    expect(of('1e3')).not.toBe(of('1000'));
  });

  test.each([
    ['{"a":1}', 'none'],
    ['{"__proto__":1}', 'effective'],
    ['{"constructor":{"prototype":1}}', 'effective'],
    ['{"constructor":1}', 'none'],
    ['{"a":"\\ud800"}', 'effective'],
    ['{"a":"\\ud800","a":1}', 'hidden'],
  ])('%s has traps: %s', (text, traps) => expect(readJson(text)?.traps).toBe(traps));
});

test.each([
  ['25000000', 25_000_000n],
  ['2.5e7', 25_000_000n],
  ['250000000e-1', 25_000_000n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
  ['9223372036854775808', undefined],
  ['1.5', undefined],
  ['0e999999999', undefined],
  ['1e99999999999', undefined],
  ['-1', undefined],
])('the literal %s is the amount %s', (text, amount) =>
  expect(positiveAmount(new NumberLiteral(text))).toBe(amount),
);

test.each([
  ['solana', '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', true],
  ['solana', '11111111111111111111111111111111', false],
  ['solana', '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', false],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', true],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD', false],
  ['polygon', '0xde709f2102306220921060314715629080e2fb77', true],
  ['polygon', `0x${'0'.repeat(40)}`, false],
  ['polygon', `0x${'cafe'.repeat(10)}`, false],
  ['polygon', `0x${'0'.repeat(23)}127b1fdb04752bbc5`, true],
  ['ethereum', '0xdac17f958d2ee523a2206206994597c13d831ec7', false],
  ['solana', 'Config1111111111111111111111111111111111111', false],
])('%s address %s: %s', (network, address, payable) =>
  expect(isPayable(network, address)).toBe(payable),
);

const bytes = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');

test.each([
  ['GET / HTTP/1.1\nhost: h\n\n', 1, 'nothing'],
  ['\nGET / HTTP/1.1\n\nGET / HTTP/1.1\n\n', 2, 'nothing'],
  ['POST / HTTP/1.1\ncontent-length: 2\n\nabx', 1, 'incomplete'],
  ['POST / HTTP/1.1\ncontent-length: 2\n\na', 0, 'incomplete'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\n\n1;x=y\na\n0\nx: y\n\n', 1, 'nothing'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\n\nz\n', 0, 'malformed'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\ncontent-length: 1\n\na', 0, 'malformed'],
  ['GET / HTTP/1.1\nx : y\n\n', 0, 'malformed'],
  ['BREW / HTTP/1.1\n\n', 0, 'malformed'],
])('%j holds %i messages, then %s', (text, count, rest) => {
  const stream = readStream(bytes(text));
  expect([stream.messages.length, stream.rest]).toEqual([count, rest]);
});
