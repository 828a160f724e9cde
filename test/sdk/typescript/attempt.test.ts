/** What an attempt came to, where the way to the API had a part in it. */
import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { readText } from '../../../sdk/typescript/src/attempt.ts';
import { TriportClient, type TriportError } from '../../../sdk/typescript/src/index.ts';
import { PAYOUT, type Step, scriptedFetch } from './scripted-fetch.ts';

afterEach(() => void vi.restoreAllMocks());

const MB = 2 ** 20;
const request = { amountMicro: 25_000_000, network: 'solana', address: PAYOUT.address };

const failureOf = async (fetch: typeof globalThis.fetch): Promise<TriportError> =>
  new TriportClient({ fetch, maxRetries: 0 }).referrals.createPayout(request).catch((e) => e);

test('a 408 from the way leaves a write in doubt, and the write is sent again', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  for (const body of ['<html>', { error: 'invalid_args', message: 'Late.' }]) {
    const step: Step = { status: 408, body };
    expect(await failureOf(scriptedFetch(step))).toMatchObject({
      status: 408,
      outcomeUnknown: true,
    });
    const fetch = scriptedFetch(step, { status: 202, body: PAYOUT });
    const { referrals } = new TriportClient({ fetch });
    expect((await referrals.createPayout(request)).id).toBe(PAYOUT.id);
  }
  expect(await failureOf(scriptedFetch({ status: 408 }))).toMatchObject({ tag: 'unavailable' });
});

test.each([400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 431])(
  'a %d of no API was not written',
  async (status) =>
    expect(await failureOf(scriptedFetch({ status, body: '<html>' }))).toMatchObject({
      outcomeUnknown: false,
    }),
);

const because = (cause: unknown) => new TypeError('fetch failed', { cause });
const refused = { code: 'ECONNREFUSED', syscall: 'connect' };

test.each<[string, unknown]>([
  ['a closed port', refused],
  [
    'a closed port at all addresses of a name',
    { code: 'ECONNREFUSED', errors: [refused, refused] },
  ],
  ['no way to a host', { code: 'EHOSTUNREACH', syscall: 'connect' }],
  ['no way to a network', { code: 'ENETUNREACH', syscall: 'connect' }],
  ['a host that does not answer', { code: 'ETIMEDOUT', syscall: 'connect' }],
  ['a host that fetch does not wait for', { code: 'UND_ERR_CONNECT_TIMEOUT' }],
  [
    'one address closed, one silent',
    { errors: [refused, { code: 'ERR_SOCKET_CONNECTION_TIMEOUT' }] },
  ],
  ['an unknown name', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
  ['a name server that is away', { code: 'EAI_AGAIN' }],
  ['no local port left', { code: 'EADDRNOTAVAIL', syscall: 'connect' }],
  ['a port that fetch does not use', new Error('bad port')],
])('%s is no connection, and nothing was written', async (_name, cause) =>
  expect(await failureOf(scriptedFetch(because(cause)))).toMatchObject({
    tag: 'network',
    outcomeUnknown: false,
  }),
);

test.each<[string, unknown]>([
  ['a reset', { code: 'ECONNRESET', syscall: 'read' }],
  ['a silence in mid-response', { code: 'ETIMEDOUT', syscall: 'read' }],
  ['an end', { code: 'UND_ERR_SOCKET' }],
  ['a reset at one of several addresses', { errors: [refused, { code: 'ECONNRESET' }] }],
  ['no errors at all', { errors: [] }],
  ['nothing that is known', undefined],
])('%s leaves it in doubt', async (_name, cause) =>
  expect((await failureOf(scriptedFetch(because(cause)))).outcomeUnknown).toBe(true),
);

test.each(['127.0.0.1', 'localhost', '[::1]'])('nobody at a port of %s', async (host) => {
  const server = createServer();
  const { port } = await new Promise<{ port: number }>((done) =>
    server.listen(0, '127.0.0.1', () => done(server.address() as { port: number })),
  );
  await new Promise((done) => server.close(done));
  const client = new TriportClient({ baseUrl: `http://${host}:${port}`, maxRetries: 0 });
  const error = await client.referrals.createPayout(request).catch((reason) => reason);
  expect(error).toMatchObject({ tag: 'network', outcomeUnknown: false });
});

test('a port that fetch itself refuses', async () => {
  const client = new TriportClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 });
  const error = await client.referrals.createPayout(request).catch((reason) => reason);
  expect(error).toMatchObject({ tag: 'network', outcomeUnknown: false });
});

/** A long body that says how much of it was taken. */
function long(chunk: Uint8Array) {
  const taken = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += chunk.length;
      controller.enqueue(chunk);
      // Not for ever, for one who reads on.
      if (taken.bytes > 32 * MB) controller.close();
    },
    cancel() {
      taken.isCancelled = true;
    },
  });
  return { body, taken };
}

test('a response beyond 8 MB is refused as soon as it is', async () => {
  for (const status of [200, 400, 500]) {
    const { body, taken } = long(new Uint8Array(64 * 1024).fill(0x20));
    const error = await failureOf(async () => new Response(body, { status }));
    expect(error).toMatchObject({ tag: 'network', outcomeUnknown: true });
    expect(error.message).toContain('longer than 8388608 bytes');
    expect(taken.isCancelled).toBe(true);
    expect(taken.bytes).toBeLessThan(9 * MB);
  }
});

test('one of 8 MB is read, in whatever pieces it comes', async () => {
  const text = `${JSON.stringify(PAYOUT)}${' '.repeat(8 * MB)}`.slice(0, 8 * MB);
  const { referrals } = new TriportClient({ fetch: scriptedFetch({ status: 200, body: text }) });
  expect((await referrals.getPayout(PAYOUT.id)).id).toBe(PAYOUT.id);
  const bytes = new TextEncoder().encode('\u{feff}{"a":"ü€😀"}');
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await readText(new Response(pieces))).toBe('{"a":"ü€😀"}');
});

test('a response without a stream, as of React Native, is read all the same', async () => {
  const response = { ok: true, status: 200, headers: new Headers() };
  const fetch = async () => ({ ...response, text: async () => JSON.stringify(PAYOUT) }) as Response;
  const { referrals } = new TriportClient({ fetch });
  expect((await referrals.getPayout(PAYOUT.id)).id).toBe(PAYOUT.id);
});
