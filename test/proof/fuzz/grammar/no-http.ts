/** Bytes that are no HTTP, or HTTP that two readers could read in two ways. */
import fc from 'fast-check';
import type { Part } from './parts.ts';

const PATH = '/v1/referrals/payouts';

const HEADS: Part<string>[] = [
  () => '\r\n\r\n',
  () => '\0\0\0\0',
  () => 'GET\r\n\r\n',
  () => `GET ${PATH}\r\n\r\n`,
  () => `GET ${PATH} HTTP/9.9\r\nhost: h\r\n\r\n`,
  () => `GET ${PATH} http/1.1\r\nhost: h\r\n\r\n`,
  () => `get ${PATH} HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `BREW ${PATH} HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `GET  ${PATH} HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `GET ${PATH} x HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost : h\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\n host: h\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx: a\r\n b\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx: a\0b\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: h\r\n: x\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: h\r\nno colon\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\nhost: h\n\n`,
  () => `GET ${PATH}\t HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `GET ${PATH}\u00e9 HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  () => `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nhost: h\r\n\r\n`,
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  () => 'CONNECT fuzz.local:443 HTTP/1.1\r\nhost: fuzz.local:443\r\n\r\n',
  () => 'OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n',
];

/** With a live session, so that a message which is let through would write. */
const FRAMES: ((body: string) => string)[] = [
  (body) => `content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n\r\n${body}`,
  (body) =>
    `transfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  (body) => `content-length: ${body.length}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  (body) => `content-length: ${body.length}\r\ncontent-length: 0\r\n\r\n${body}`,
  (body) => `content-length: ${body.length}, ${body.length}\r\n\r\n${body}`,
  (body) => `content-length: -1\r\n\r\n${body}`,
  (body) => `content-length: +${body.length}\r\n\r\n${body}`,
  (body) => `content-length: 0x${body.length.toString(16)}\r\n\r\n${body}`,
  (body) => `content-length: 99999999999999999999\r\n\r\n${body}`,
  (body) => `content-length: ${body.length + 7}\r\n\r\n${body}`,
  (body) => `content-length: ${body.length - 7}\r\n\r\n${body}`,
  (body) => `transfer-encoding: gzip\r\n\r\n${body}`,
  (body) =>
    `transfer-encoding: gzip, chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  (body) => `transfer-encoding: xchunked\r\n\r\n${body}`,
  (body) =>
    `transfer-encoding : chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  (body) => `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}`,
  (body) => `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}0\r\n\r\n`,
  (body) => `transfer-encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n`,
  (body) => `transfer-encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
  (body) => `transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
  (body) =>
    `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)};ext=1\r\n${body}\r\n0\r\nx: y\r\n\r\n`,
  (body) => `content-length: ${body.length}\r\n\r\n${body}GET / HTTP/1.1\r\nhost: h\r\n\r\n`,
  (body) => `content-length: ${body.length}\r\n\r\n${body}this is not HTTP\r\n\r\n`,
];

const framed: fc.Arbitrary<Part<Buffer>> = fc.constantFrom(...FRAMES).map((frame) => ({ user }) => {
  const body =
    '{"amount_micro":10000000,"network":"solana","address":"9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"}';
  const head = `POST ${PATH} HTTP/1.1\r\nhost: h\r\ncookie: nl_session=${user.tokens.live[0]}\r\ncontent-type: application/json\r\n`;
  return Buffer.from(head + frame(body), 'latin1');
});

export const raw: fc.Arbitrary<Part<Buffer>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...HEADS).map(
      (head): Part<Buffer> =>
        (scene) =>
          Buffer.from(head(scene), 'latin1'),
    ),
  },
  { weight: 6, arbitrary: framed },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
      (bytes): Part<Buffer> =>
        () =>
          Buffer.from(bytes),
    ),
  },
);
