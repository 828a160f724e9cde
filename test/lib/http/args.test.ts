import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { cursorOf, encodeCursor, integerOr, parseArgs } from '../../../lib/http/args.ts';

const Limit = v.object({ limit: integerOr(50, 1, 200) });
const limitOf = (limit?: string) => parseArgs(Limit, limit === undefined ? {} : { limit }).limit;

describe('integerOr', () => {
  test.each([
    ['1', 1],
    ['200', 200],
    ['007', 7],
  ])('%s is %i', (text, value) => expect(limitOf(text)).toBe(value));

  test.each([
    undefined,
    '',
    '0',
    '201',
    '-1',
    '1.5',
    '1e2',
    'ten',
    ' 5',
    '5,6',
    '99999999999999999999',
  ])('%j gives the default', (text) => expect(limitOf(text)).toBe(50));
});

test.each([[[]], [null], ['{}'], [5]])(
  '%j is no object, even where every field is optional',
  (input) =>
    expect(() => parseArgs(v.object({ a: v.optional(v.string()) }), input)).toThrow(
      expect.objectContaining({ tag: 'invalid_args' }),
    ),
);

describe('cursors', () => {
  const id = '0198c9b4-7f2c-7c1e-9a53-6a4c44f0b1de';
  const Cursor = v.object({ cursor: cursorOf(v.pipe(v.string(), v.uuid())) });

  test('a cursor leads back to its id', () =>
    expect(parseArgs(Cursor, { cursor: encodeCursor(id) }).cursor).toBe(id));

  test.each([
    '',
    'x',
    id,
    '%00',
    encodeCursor('not an id'),
    `${encodeCursor(id)}AAAA`,
    `${encodeCursor(id)}=`,
    `${encodeCursor(id)}!`,
    ` ${encodeCursor(id)}`,
    `${encodeCursor(id)},`,
  ])('%j is invalid_args', (cursor) =>
    expect(() => parseArgs(Cursor, { cursor })).toThrow(
      expect.objectContaining({ tag: 'invalid_args' }),
    ),
  );
});
