/** Packs a PNG as tightly as it goes without losing anything; Chromium packs for speed. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

export const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const BYTES_PER_PIXEL = 3;

/**
 * Takes a PNG without transparency and interlacing, 8 bits a channel, which is what Chromium makes.
 */
export function smallPng(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)];
  const header = Buffer.from(chunks.find(({ type }) => type === 'IHDR')?.data ?? []);
  if (header.subarray(8).toString('hex') !== '0802000000')
    throw new Error('The picture is of another kind.');
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const width = header.readUInt32BE(0);
  const rows = unfilter(inflateSync(data), width * BYTES_PER_PIXEL);

  // Filters help photographs; between the plain areas of a page and its repeated letters they are
  // in the way.
  const unfiltered = rows.map((row) => Buffer.concat([Buffer.of(0), row]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(unfiltered), { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function* chunksOf(png: Buffer) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    yield { type, data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

export function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(content), 4);
  return Buffer.concat([ends.subarray(0, 4), content, ends.subarray(4)]);
}

/** Undoes what each row says was done to it. */
function unfilter(data: Buffer, rowBytes: number): Buffer[] {
  const rows: Buffer[] = [];
  let above: Buffer = Buffer.alloc(rowBytes);
  for (let start = 0; start < data.length; start += rowBytes + 1) {
    const row = Buffer.from(data.subarray(start + 1, start + 1 + rowBytes));
    for (let at = 0; at < rowBytes; at++) {
      const left = row[at - BYTES_PER_PIXEL] ?? 0;
      const corner = above[at - BYTES_PER_PIXEL] ?? 0;
      row[at] = (row[at] ?? 0) + guess(data[start] ?? 0, left, above[at] ?? 0, corner);
    }
    rows.push(row);
    above = row;
  }
  return rows;
}

function guess(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const [toLeft, toAbove, toCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ] as const;
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
