import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlank, isMadeUp } from '../../../lib/networks/blank.ts';

const HEX = 'b35de3d1e1d0a8f3f8e1ac2ba8a3e0a4c9a4f5b6d7e8f90123456789abcdef01';

test.each(['0', 'f'])(
  'twelve bytes of %s at an end are blank, one digit fewer are not',
  (digit) => {
    const [blank, almost] = [digit.repeat(24), digit.repeat(23)];
    expect([blank + HEX, HEX + blank, blank + blank].map(isBlank)).toEqual([true, true, true]);
    expect([almost + HEX, `${HEX.slice(1)}1${almost}`, HEX + blank + HEX].map(isBlank)).toEqual([
      false,
      false,
      false,
    ]);
  },
);

const FORTY = 'a1b2c3d4b5c6d8a9b1c2d3a4b5c6d8a9b1c2d3a4';

test.each(['0', 'f', 'e', '7'])('24 digits %s in a row are made up, 23 are not', (digit) => {
  const [made, almost] = [digit.repeat(24), digit.repeat(23)];
  const around = (run: string) => [
    run + FORTY.slice(run.length),
    FORTY.slice(0, 8) + run + FORTY.slice(8 + run.length),
    FORTY.slice(run.length) + run,
  ];
  expect(around(made).map(isMadeUp)).toEqual([true, true, true]);
  expect(around(almost).map(isMadeUp)).toEqual([false, false, false]);
});

test.each([
  ['deadbeef', 8],
  ['1234567890', 10],
  ['0123456789abcdef', 16],
])('%s over and over is made up, also where it breaks off', (piece, length) => {
  expect(piece).toHaveLength(length);
  const repeated = piece.repeat(5).slice(0, 40);
  expect(isMadeUp(repeated)).toBe(true);
  expect(isMadeUp(repeated.slice(0, 39) + (repeated.endsWith('a') ? 'b' : 'a'))).toBe(false);
});

test('a piece of 17 digits may be chance', () =>
  expect(isMadeUp('0123456789abcdef9'.repeat(3).slice(0, 40))).toBe(false));

test('no address that chance makes is made up', () =>
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(40, 64), (n, digits) => {
      const hex = createHash('sha256').update(`${n}`).digest('hex').slice(0, digits);
      expect(isMadeUp(hex)).toBe(false);
    }),
  ));
