import middy from '@middy/core';
import { describe, expect, test } from 'vitest';
import type { HttpResponse } from '../../../lib/http/endpoint.ts';
import { jsonBody } from '../../../lib/http/json-body.ts';
import type { ConsoleEvent } from '../../../lib/http/signed-in.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { context, httpEvent } from '../../support/sample-events.ts';

const echo = middy(
  async (event: ConsoleEvent): Promise<HttpResponse> => ({
    statusCode: 200,
    body: stringifyJson(event.body),
  }),
);
const handler = echo.use(jsonBody());

const read = async (
  body: string | Buffer | undefined,
  contentType: string | undefined = 'application/json',
) => {
  const isBase64Encoded = Buffer.isBuffer(body);
  const event = httpEvent({
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    ...(body !== undefined && { body: isBase64Encoded ? body.toString('base64') : body }),
    isBase64Encoded,
  });
  return (await handler(event, context)).body;
};

const invalidJson = expect.objectContaining({ tag: 'invalid_json' });

test.each([
  [
    '{}',
    'text/plain',
    'The header content-type must say application/json, in UTF-8 if it says so.',
  ],
  [`"${'x'.repeat(4095)}"`, undefined, 'The request body must not have more than 4 KiB.'],
  ['{', undefined, 'The request body must be a JSON document of at most 4 KiB.'],
])('%.9s as %s is told why it is refused', async (body, type, message) =>
  expect(read(body, type)).rejects.toThrow(message),
);

test('integers arrive with all their digits', async () =>
  expect(await read('{"amount_micro":9007199254740993}')).toBe(
    '{"amount_micro":9007199254740993}',
  ));

test('a body that came as base64 is the same body', async () =>
  expect(await read(Buffer.from('{"a":"é"}'))).toBe('{"a":"é"}'));

test.each(['null', '[]', '"text"', '1'])(
  '%s is JSON, whether or not an endpoint can use it',
  async (body) => expect(await read(body)).toBe(body),
);

describe('content type', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset=UTF-8',
    'application/json ; charset="utf-8"',
    'application/json; profile=x',
    'application/json; profile=long',
    'application/json; profile="with, a blank"',
    'application/json;',
    'application/json ; ;; charset=utf-8 ;',
  ])('%s is JSON', async (type) => expect(await read('{}', type)).toBe('{}'));

  test.each([
    '',
    'text/plain',
    'text/json',
    'application/jsonp',
    ' application/json',
    'text/application/json',
    'application/x-json',
    'application/vnd.api+json',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=latin1',
    'application/json; charset',
    'json',
    'application/json, text/plain',
  ])('%j is not JSON', async (type) => expect(read('{}', type)).rejects.toEqual(invalidJson));

  test('a missing one is not JSON', async () => {
    const event = httpEvent({ body: '{}' });
    await expect(handler(event, context)).rejects.toEqual(invalidJson);
  });
});

describe('bytes', () => {
  test.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['white space', ' \n'],
    ['text that is not JSON', '{"a":'],
    ['two documents', '{}{}'],
    ['a byte order mark', '\ufeff{}'],
    ['a byte order mark in base64', Buffer.from('\ufeff{}')],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['a surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a lone surrogate in the event', '"\ud800"'],
    ['an escaped lone surrogate', '{"a":"\\ud800"}'],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ["a key that reaches for an object's prototype", '{"__proto__":{}}'],
  ])('%s is refused', async (_name, body) => expect(read(body)).rejects.toEqual(invalidJson));

  const padded = (bytes: number) => `{"a":"${'é'.repeat((bytes - 8) / 2)}"}`;

  test('4096 bytes are read, 4097 refused, however many characters they are', async () => {
    expect(Buffer.byteLength(padded(4096))).toBe(4096);
    expect(await read(padded(4096))).toHaveLength(2052);
    await expect(read(`${padded(4096)} `)).rejects.toEqual(invalidJson);
  });

  test('the limit counts the bytes behind base64, not its characters', async () => {
    expect(await read(Buffer.from(padded(4096)))).toHaveLength(2052);
    await expect(read(Buffer.from(`${padded(4096)} `))).rejects.toEqual(invalidJson);
  });

  test('nesting as deep as 4096 bytes allow is read', async () => {
    const deep = '['.repeat(2048) + ']'.repeat(2048);
    expect(await read(deep)).toBe(deep);
  });
});
