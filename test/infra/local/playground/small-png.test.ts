import { deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  chunk,
  chunksOf,
  SIGNATURE,
  smallPng,
} from '../../../../infra/local/playground/small-png.ts';

const WIDTH = 7;
const ROW_BYTES = WIDTH * 3;

/** The predictors of PNG's filters, from its specification: of left, above, and above left. */
const PREDICTORS = [
  () => 0,
  (a: number) => a,
  (_a: number, b: number) => b,
  (a: number, b: number) => Math.floor((a + b) / 2),
  (a: number, b: number, c: number) => {
    const p = a + b - c;
    return [a, b, c].reduce((best, value) =>
      Math.abs(p - value) < Math.abs(p - best) ? value : best,
    );
  },
];

const png = (bitDepthAndType: string, data: Buffer) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(PREDICTORS.length, 4);
  header.write(bitDepthAndType, 8, 'hex');
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
};

test('every filter is undone and no pixel changes', () => {
  const rows = PREDICTORS.map((_, y) =>
    Buffer.from(
      Array.from({ length: ROW_BYTES }, (_, x) => (x * x * 31 + y * 97 + x * y * 13) % 256),
    ),
  );
  const filtered = rows.map((row, y) => {
    const at = (line: number, x: number) => rows[line]?.[x] ?? 0;
    const rest = [...row].map((value, x) => {
      const predicted = PREDICTORS[y]?.(at(y, x - 3), at(y - 1, x), at(y - 1, x - 3)) ?? 0;
      return (value - predicted) & 255;
    });
    return Buffer.from([y, ...rest]);
  });
  const small = smallPng(png('0802000000', Buffer.concat(filtered)));
  const data = [...chunksOf(small)].find(({ type }) => type === 'IDAT')?.data ?? Buffer.alloc(0);
  const kept = rows.map((row) => Buffer.concat([Buffer.of(0), row]));
  expect(inflateSync(data)).toEqual(Buffer.concat(kept));
});

test('a picture of another kind is refused', () =>
  expect(() => smallPng(png('0806000000', Buffer.alloc(0)))).toThrow('of another kind'));
