import middy from '@middy/core';
import { expect, test } from 'vitest';
import { sameSite } from '../../../lib/http/same-site.ts';
import { context, httpEvent } from '../../support/sample-events.ts';

const CONSOLE = 'https://console.example';
const handler = middy(async () => ({ statusCode: 200, body: '{}' })).use(
  sameSite([CONSOLE, 'http://localhost:3000']),
);
const send = (headers: Record<string, string>) => handler(httpEvent({ headers }), context);

test.each([
  ['neither header, as curl and SDKs send it', {}],
  ['the same origin', { 'sec-fetch-site': 'same-origin' }],
  [
    'the same origin, whatever Origin says',
    { 'sec-fetch-site': 'same-origin', origin: 'https://api.example' },
  ],
  ['the address bar', { 'sec-fetch-site': 'none' }],
  ['the console on a sibling host', { 'sec-fetch-site': 'same-site', origin: CONSOLE }],
  [
    'the console on another site',
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
  ],
  ['the console in a browser without Sec-Fetch-Site', { origin: CONSOLE }],
])('passes %s', async (_name, headers) =>
  expect(await send(headers)).toMatchObject({ statusCode: 200 }),
);

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  [
    'a sibling host that is not the console',
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.example' },
  ],
  ['a cross-site request that hides its origin', { 'sec-fetch-site': 'cross-site' }],
  ['an unknown value', { 'sec-fetch-site': 'SAME-ORIGIN' }],
  ['an empty value', { 'sec-fetch-site': '' }],
  ['another origin alone', { origin: 'https://evil.example' }],
  ['the origin null', { origin: 'null' }],
  ['an empty origin', { origin: '' }],
  ['a list of origins', { origin: `${CONSOLE}, https://evil.example` }],
  ['a wildcard', { origin: '*' }],
  ['another scheme', { origin: 'http://console.example' }],
  ['another port', { origin: `${CONSOLE}:8443` }],
  ['a trailing slash', { origin: `${CONSOLE}/` }],
  ['another case', { origin: 'https://Console.example' }],
  ['a longer host', { origin: `${CONSOLE}.evil.example` }],
])('refuses %s', async (_name, headers) =>
  expect(send(headers)).rejects.toMatchObject({ tag: 'unauthenticated' }),
);
