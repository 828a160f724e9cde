/** From the text of a body to its bytes and the headers that describe them. */
import fc from 'fast-check';
import { type Edit, edited, edits } from './edits.ts';
import { usually } from './parts.ts';

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
