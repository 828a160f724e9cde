/** What a page that a developer happens to visit may do to the service on his machine: nothing. */
import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, test } from 'vitest';
import { playgroundHandlers } from '../../../../infra/local/only-here/playground/handlers.ts';
import { signedHeaders } from '../../../support/requests.ts';
import { PATHS } from '../../../support/samples.ts';
import { useService } from '../../../support/service.ts';

const service = useService({ poolSize: 1, localHandlers: playgroundHandlers });

const port = () => Number(new URL(service.url).port);

/** Exactly these headers and this target; the host is the service's own unless given. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<{ status: number | undefined; text: string; headers: http.IncomingHttpHeaders }> {
  const all = { host: `127.0.0.1:${port()}`, ...headers };
  const options = { host: '127.0.0.1', port: port(), method, path, headers: all, agent: false };
  const request = http.request(options).end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, text, headers: response.headers };
}

const FOREIGN_HOST = '{"message":"Forbidden"}';

/** Everything that a page might read or set going: pages, reads, writes, functions. */
const ROUTES = [
  ['GET', '/_local/docs'],
  ['POST', '/_local/docs/openapi.json'],
  ['GET', '/_local/openapi.json'],
  ['GET', '/_local/dead-letters'],
  ['GET', '/_local/published-events'],
  ['GET', '/_local/playground/page.js'],
  ['HEAD', '/_local/published-events'],
  ['OPTIONS', '/_local/session'],
  ['POST', '/_local/session'],
  ['POST', '/_local/events'],
  ['POST', '/_local/run/UnlockDueRewards'],
  ['POST', '/_local/run/ProcessBillingEvents'],
  // Other ways to write a path: what is decoded for the route is decoded for the refusal.
  ['POST', '/%5flocal/session'],
  ['POST', '/_loc%61l%2Fsession'],
  ['POST', '/_local/session?x=1'],
] as const;

describe('a page of another origin gets 403 from every route below /_local/', () => {
  const PAGES: [string, Record<string, string>][] = [
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site, in a browser without Sec-Fetch-Site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:5173', 'sec-fetch-site': 'same-site' }],
    ['an image, script or link, without Origin', { 'sec-fetch-site': 'cross-site' }],
    ['an image on another port of this machine', { 'sec-fetch-site': 'same-site' }],
    [
      'one that says two things at once',
      { origin: 'http://evil.example', 'sec-fetch-site': 'none' },
    ],
    ['an event stream', { accept: 'text/event-stream', 'sec-fetch-site': 'cross-site' }],
  ];

  test.each(PAGES)('%s', async (_what, headers) => {
    for (const [method, path] of ROUTES) {
      const body = method === 'POST' ? '{"available_micro":5}' : undefined;
      const sent = { ...headers, ...(body && { 'content-type': 'text/plain' }) };
      const answer = await send(method, path, sent, body);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers).not.toHaveProperty('set-cookie');
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('the console’s origin is no exception', async () => {
    const headers = { origin: 'https://console.triport.io' };
    expect((await send('POST', '/_local/session', headers, '{}')).status).toBe(403);
  });

  test('nor is the same name with https, another port or another spelling of this machine', async () => {
    for (const origin of [
      `https://127.0.0.1:${port()}`,
      'http://127.0.0.1',
      `http://localhost:${port()}`,
    ])
      expect((await send('POST', '/_local/session', { origin }, '{}')).status).toBe(403);
  });

  test('and nothing came of it: no function ran, no event was taken', async () => {
    const forged = { Records: [{ messageId: 'm', body: '{' }] };
    const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' };
    const event = { 'detail-type': 'referral.reward.granted', detail: {} };
    await send('POST', '/_local/run/ProcessBillingEvents', headers, JSON.stringify(forged));
    await send('POST', '/_local/events?wait=true', headers, JSON.stringify(event));
    expect(service.logs).toEqual([]);
    expect(await service.deadLetters()).toEqual([]);
  });
});

describe('let in below /_local/ are', () => {
  test.each([
    ['programs, which say nothing of where they come from', {}],
    ['its own pages, reading', { 'sec-fetch-site': 'same-origin' }],
    ['a person who types the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ])('%s', async (_what, headers) =>
    expect((await send('GET', '/_local/published-events', headers)).status).toBe(200),
  );

  test.each(['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '[::1]'])(
    'its own pages, writing, at %s',
    async (name) => {
      const host = `${name}:${port()}`;
      const headers = {
        host,
        origin: `http://${host.toLowerCase()}`,
        'sec-fetch-site': 'same-origin',
      };
      expect((await send('POST', '/_local/session', headers, '{}')).status).toBe(201);
    },
  );
});

describe('a foreign host is refused on every route', () => {
  const HOSTS = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.localhost',
    'localhost..',
    'localhost@evil.example',
    'evil.example#localhost',
    '127.0.0.2',
    '2130706433',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    'localhost:3000:3000',
    'localhost:',
  ];

  test.each(HOSTS)('%j', async (host) => {
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    const routes = [...ROUTES, ['GET', '/'], ['GET', PATHS.overview], ['POST', PATHS.payouts]];
    for (const [method = '', path = ''] of routes) {
      const answer = await send(method, path, own);
      expect([path, answer.status]).toEqual([path, 403]);
      if (method !== 'HEAD') expect(answer.text).toBe(FOREIGN_HOST);
    }
  });

  test('also for what an operator signed for it', async () => {
    const host = `evil.example:${port()}`;
    const request = { method: 'GET', url: `http://${host}${PATHS.queue}` };
    const answer = await send('GET', PATHS.queue, { ...(await signedHeaders(request)), host });
    expect([answer.status, answer.text]).toEqual([403, FOREIGN_HOST]);
  });

  test('a target that is a URL must name the same host as the header', async () => {
    const at = (authority: string) =>
      send('POST', `http://${authority}/_local/session`, { host: `localhost:${port()}` }, '{}');
    expect((await at(`LOCALHOST:${port()}`)).status).toBe(201);
    expect((await at('evil.example')).status).toBe(400);
    expect((await at(`x@localhost:${port()}`)).status).toBe(400);
    const both = `http://evil.example/_local/session`;
    expect((await send('POST', both, { host: 'evil.example' }, '{}')).status).toBe(403);
  });
});
