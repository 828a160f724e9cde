/** From text to bytes on the wire: encodings, bytes changed at random, and HTTP/1.1 framing. */
import fc from 'fast-check';
import type { Fields } from './headers.ts';
import { usually } from './parts.ts';

/** `place` is a fraction of the length. */
export type Edit = {
  place: number;
  kind: 'replace' | 'insert' | 'remove' | 'double';
  byte: number;
};

const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(...Buffer.from('\r\n\0 "\\{}[],:;=%&?/#+-.eE0919_\t\u00ff', 'latin1')),
);

const edit: fc.Arbitrary<Edit> = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('replace', 'insert', 'remove', 'double'),
  byte,
});

export const edits: fc.Arbitrary<Edit[]> = fc.array(edit, { minLength: 1, maxLength: 4 });

export function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((before, { place, kind, byte }) => {
    const at = Math.min(before.length, Math.floor(place * before.length));
    const [head, tail] = [before.subarray(0, at), before.subarray(at)];
    const middle = {
      replace: [byte],
      insert: [byte, ...tail.subarray(0, 1)],
      remove: [],
      double: [...tail.subarray(0, 8), ...tail.subarray(0, 1)],
    }[kind];
    return Buffer.concat([head, Buffer.from(middle), tail.subarray(1)]);
  }, bytes);
}

type Encode = (text: string) => Buffer;
const utf8: Encode = (text) => Buffer.from(text);

const insert =
  (bytes: number[]): Encode =>
  (text) => {
    const middle = Math.floor(text.length / 2);
    return Buffer.concat([
      Buffer.from(text.slice(0, middle)),
      Buffer.from(bytes),
      Buffer.from(text.slice(middle)),
    ]);
  };

const ENCODINGS: Encode[] = [
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.from(text, 'utf16le').swap16(),
  (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  (text) => Buffer.from(`${text}\u00e9`, 'latin1'),
  (text) => Buffer.from(Buffer.from(text).toString('base64')),
  (text) => Buffer.from(encodeURIComponent(text)),
  insert([0xff]),
  insert([0x80]),
  insert([0xc0, 0x80]),
  insert([0xed, 0xa0, 0x80]),
  insert([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  insert([0xf4, 0x90, 0x80, 0x80]),
  insert([0xe2, 0x82]),
  insert([0]),
  insert([0xef, 0xbb, 0xbf]),
];

/** Bytes of the text, sometimes with a few of them changed. */
export const encoding: fc.Arbitrary<Encode> = fc
  .tuple(
    usually(fc.constant(utf8), fc.constantFrom(...ENCODINGS), 25),
    usually(fc.constant<Edit[]>([]), edits, 12),
  )
  .map(
    ([encode, edits]) =>
      (text) =>
        edited(encode(text), edits),
  );

const JSON_TYPE = 'application/json';
const TYPES = [
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json ; charset="utf-8"',
  'application/json;',
  'application/json; ',
  'application/json;;charset=utf-8',
  'application/json; profile=x; charset=utf-8',
  'application/json; profile="a;charset=utf-16"',
  'application/json; profile="a\\"b"',
  'application/json; charset=utf-16',
  'application/json; charset=utf8',
  'application/json; charset=',
  'application/json; charset',
  'application/json; charset = utf-8',
  'application/json; charset=latin1',
  'application/json; charset=utf-8; charset=utf-16',
  'application/json; CHARSET=Utf-8; x=y',
  'application/jsonp',
  'application/json-seq',
  'application/vnd.api+json',
  'application/json/x',
  'application/json, application/json',
  'application/json charset=utf-8',
  'text/json',
  'text/plain',
  'application/xml',
  'application/javascript',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  '*/*',
  '',
  ',',
  'json',
  '\u00ff',
  `application/json; x=${'y'.repeat(2000)}`,
];

/** The content types of the request; none, one or several. */
export const contentTypes: fc.Arbitrary<string[]> = usually(
  fc.constant<string[]>([JSON_TYPE]),
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...TYPES).map((type) => [type]) },
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.constant<string[]>([JSON_TYPE, JSON_TYPE]) },
  ),
  6,
);

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
