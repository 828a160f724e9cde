/** From the parts of a request to the bytes of an HTTP/1.1 message. */
import type { Fields } from './headers.ts';

/** A target has no room for spaces, controls and what is not ASCII. */
export const visible = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^!-~]/g, '%7F');

export function frame(requestLine: string, fields: Fields, body: Buffer, chunked: boolean): Buffer {
  const framing: Fields = chunked
    ? [['Transfer-Encoding', 'chunked']]
    : body.length > 0
      ? [['Content-Length', `${body.length}`]]
      : [];
  const head = [
    requestLine,
    ...[...fields, ...framing].map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ];
  const content = chunked ? chunks(body) : [body];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), ...content]);
}

const CHUNK_BYTES = 64;

function chunks(body: Buffer): Buffer[] {
  const pieces = Array.from({ length: Math.ceil(body.length / CHUNK_BYTES) }, (_, n) =>
    body.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES),
  );
  return [...pieces, Buffer.alloc(0)].flatMap((piece) => [
    Buffer.from(`${piece.length.toString(16)}\r\n`),
    piece,
    Buffer.from('\r\n'),
  ]);
}
