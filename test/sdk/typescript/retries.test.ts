/** What is sent again, after which pause, and what a call ends in, on a clock of the test's. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TriportClient, type TriportError } from '../../../sdk/typescript/src/index.ts';
import { headersOf, PAYOUT, type Step, scriptedFetch } from './scripted-fetch.ts';

const NOW = Date.parse('2026-11-25T18:00:00Z');
const OK: Step = { status: 202, body: PAYOUT };
const LOST = new TypeError('fetch failed');
const REFUSED = new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
const UNTRUSTED = new TypeError('fetch failed', { cause: { code: 'CERT_HAS_EXPIRED' } });
const BUSY: Step = {
  status: 503,
  body: { message: 'Service Unavailable' },
  headers: { 'apigw-requestid': 'g-1' },
};
const NOT_FOUND: Step = { status: 404, body: { message: 'Not Found' } };
const FRACTION: Step = { status: 200, body: { ...PAYOUT, amount_micro: 1.5 } };
const THROTTLED: Step = { status: 429, body: { message: 'Too Many Requests' } };
const INTERNAL: Step = {
  status: 500,
  body: { error: 'internal', message: 'Repeat it.', request_id: 'r-1' },
  headers: { 'x-request-id': 'r-1' },
};
const INSUFFICIENT: Step = {
  status: 400,
  body: { error: 'balance_insufficient', message: 'Too much.', request_id: 'r-2' },
  headers: { 'x-request-id': 'r-2' },
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const request = { amountMicro: 25_000_000, network: 'solana', address: PAYOUT.address };

interface End {
  result?: unknown;
  error?: TriportError;
  /** When each attempt began, from the call on. */
  atMs: number[];
  fetch: ReturnType<typeof scriptedFetch>;
}

type Method = (client: TriportClient) => Promise<unknown>;
const write: Method = ({ referrals }) => referrals.createPayout(request);
const read: Method = ({ referrals }) => referrals.getPayout(PAYOUT.id);

/** Runs a call to its end, however long that takes; it must leave no timer. */
async function run(method: Method, steps: [Step, ...Step[]], options = {}): Promise<End> {
  const scripted = scriptedFetch(...steps);
  const startMs = Date.now();
  const atMs: number[] = [];
  const fetch: typeof scripted = Object.assign((...args: Parameters<typeof scripted>) => {
    atMs.push(Date.now() - startMs);
    return scripted(...args);
  }, scripted);
  const ended = method(new TriportClient({ fetch, ...options })).then(
    (result) => ({ result, timers: vi.getTimerCount() }),
    (error) => ({ error, timers: vi.getTimerCount() }),
  );
  await vi.runAllTimersAsync();
  const { timers, ...end } = await ended;
  expect(timers).toBe(0);
  return { ...end, atMs, fetch: scripted };
}

describe('is sent again', () => {
  test.each<[string, Step]>([
    ['a lost connection', LOST],
    ['an attempt without a response', 'hang'],
    ['an attempt whose fetch does not heed its signal', 'deaf'],
    ['429', THROTTLED],
    ['503', BUSY],
    ['502 with something that is no JSON', { status: 502, body: '<html>' }],
    ['internal', INTERNAL],
    [
      'a success that is not the API’s',
      { status: 200, body: '<html>sign in to this network</html>' },
    ],
    ['a success without its fields', { status: 200, body: { id: 1 } }],
    ['a success without a body', { status: 202 }],
  ])('after %s', async (_name, step) => {
    for (const method of [read, write]) {
      const { result, fetch } = await run(method, [step, step, OK]);
      expect(result).toMatchObject({ id: PAYOUT.id });
      expect(fetch).toHaveBeenCalledTimes(3);
    }
  });

  test('with the same body, and a key of its own that stays', async () => {
    const { fetch } = await run(write, [LOST, BUSY, OK]);
    expect(new Set(headersOf(fetch).map((headers) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(fetch.mock.calls.map(([, init]) => init?.body)).size).toBe(1);
  });

  test('with the caller’s key', async () => {
    const { fetch } = await run(
      ({ referrals }) => referrals.createPayout(request, { idempotencyKey: 'mine' }),
      [LOST, OK],
    );
    expect(headersOf(fetch).map((headers) => headers['idempotency-key'])).toEqual(['mine', 'mine']);
  });

  test('four times, or as often as was said', async () => {
    expect((await run(read, [BUSY])).fetch).toHaveBeenCalledTimes(5);
    expect((await run(read, [BUSY], { maxRetries: 1 })).fetch).toHaveBeenCalledTimes(2);
    expect((await run(read, [BUSY], { maxRetries: 0 })).fetch).toHaveBeenCalledTimes(1);
  });
});

describe('is not sent again', () => {
  test.each<[string, Step]>([
    ['a refusal', INSUFFICIENT],
    ['a status that the gateway made up', NOT_FOUND],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.test' } }],
    ['a certificate that does not verify', UNTRUSTED],
  ])('after %s', async (_name, step) => {
    for (const method of [read, write])
      expect((await run(method, [step])).fetch).toHaveBeenCalledTimes(1);
  });
});

test('a redirect is not followed, whatever fetch does by itself', async () => {
  const { error, fetch } = await run(write, [{ status: 307, headers: { location: '/elsewhere' } }]);
  expect(error).toMatchObject({ tag: 'unexpected', status: 307 });
  expect(fetch.mock.calls[0]?.[1]?.redirect).toBe('manual');
});

describe('the pause', () => {
  test('is drawn from a span that doubles up to eight seconds', async () => {
    expect((await run(read, [BUSY], { maxRetries: 8 })).atMs).toEqual([
      0, 125, 375, 875, 1875, 3875, 7875, 11_875, 15_875,
    ]);
  });

  test('is anything from nothing on', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    expect((await run(read, [BUSY], { maxRetries: 2 })).atMs).toEqual([0, 0, 0]);
  });

  test.each([
    ['7', 7000],
    ['0', 0],
    ['Wed, 25 Nov 2026 18:00:09 GMT', 9000],
    ['Wed, 25 Nov 2026 17:00:00 GMT', 0],
    ['soon', 0],
  ])('is at least what Retry-After asks for: %s', async (value, waitMs) => {
    const step = { ...THROTTLED, headers: { 'retry-after': value } };
    expect((await run(read, [step, OK])).atMs).toEqual([0, waitMs + 125]);
  });

  test('is none that is longer than a minute: the call ends instead', async () => {
    const { error, atMs } = await run(read, [{ ...BUSY, headers: { 'retry-after': '61' } }]);
    expect([error?.tag, error?.retryAfterMs, atMs]).toEqual(['unavailable', 61_000, [0]]);
    const endless = await run(read, [{ ...BUSY, headers: { 'retry-after': '9'.repeat(400) } }]);
    expect(endless.error?.retryAfterMs).toBe(86_400_000);
  });

  test('comes after an attempt that took all its time', async () => {
    expect((await run(read, ['hang', OK])).atMs).toEqual([0, 20_125]);
    expect((await run(read, ['hang', OK], { timeoutMs: 50 })).atMs).toEqual([0, 175]);
  });
});

describe('the error', () => {
  const refusal = (error: string, status = 400): Step => ({
    status,
    body: { error, message: 'It is so.', request_id: 'r-3' },
  });
  const noResponse = 'There was no whole response from https://api.triport.io';

  test.each<[string, Step, object]>([
    ['a refusal', INSUFFICIENT, { tag: 'balance_insufficient', message: 'Too much.', status: 400 }],
    ['a refusal, whose request it names', INSUFFICIENT, { requestId: 'r-2' }],
    ['internal', INTERNAL, { tag: 'internal', message: 'Repeat it.', status: 500 }],
    ['internal, whose request it names', INTERNAL, { requestId: 'r-1' }],
    ['a lost connection', LOST, { tag: 'network', status: undefined, cause: LOST }],
    ['a lost connection, without a request', LOST, { requestId: undefined }],
    ['one that Node says more about', REFUSED, { message: `${noResponse} (ECONNREFUSED).` }],
    ['one that a browser hides', LOST, { message: `${noResponse} (TypeError: fetch failed).` }],
    [
      'no response',
      'hang',
      { tag: 'timeout', message: 'There was no whole response within 20000 ms.' },
    ],
    ['the gateway’s 503', BUSY, { tag: 'unavailable', message: 'The gateway answered 503.' }],
    ['the gateway’s 503, whose request it names', BUSY, { status: 503, requestId: 'g-1' }],
    ['the gateway’s 429', THROTTLED, { tag: 'unavailable', status: 429 }],
    ['the gateway’s 404', NOT_FOUND, { tag: 'unexpected', status: 404 }],
    ['a page', { status: 200, body: '<html>' }, { tag: 'unexpected', status: 200 }],
    ['a list', { status: 200, body: [] }, { tag: 'unexpected', cause: expect.any(TypeError) }],
    ['an amount with a fraction', FRACTION, { tag: 'unexpected' }],
    ['a newer tag', refusal('payout_frozen', 409), { tag: 'unexpected', status: 409 }],
    ['a newer tag, which it names', refusal('frozen'), { message: 'frozen: It is so.' }],
    ['headers that a page may not see', refusal('invalid_args'), { requestId: 'r-3' }],
    ['a name that every object has', refusal('constructor'), { tag: 'unexpected' }],
  ])('after %s', async (_name, step, expected) => {
    const { error } = await run(read, [step]);
    expect(error).toMatchObject({
      name: 'TriportError',
      outcomeUnknown: false,
      idempotencyKey: undefined,
      ...expected,
    });
  });

  test.each<[boolean, string, [Step, ...Step[]]]>([
    [false, 'a refusal', [INSUFFICIENT]],
    [false, 'being turned away', [THROTTLED]],
    [false, 'a connection that never came about', [REFUSED]],
    [false, 'a certificate that does not verify', [UNTRUSTED]],
    [true, 'a redirect', [{ status: 307, headers: { location: '/elsewhere' } }]],
    [true, 'a connection that never came about after a lost one', [LOST, REFUSED]],
    [true, 'a lost connection', [LOST]],
    [true, 'no response', ['hang']],
    [true, 'internal', [INTERNAL]],
    [true, 'a failure of the gateway', [BUSY]],
    [true, 'a success that cannot be read', [{ status: 202, body: '{' }]],
    [true, 'a refusal after a lost connection', [LOST, INSUFFICIENT]],
  ])(
    'says %s for the unknown outcome of a write after %s, and which key to ask with',
    async (unknown, _name, steps) => {
      const { error, fetch } = await run(write, steps);
      expect(error?.outcomeUnknown).toBe(unknown);
      expect(error?.idempotencyKey).toBe(headersOf(fetch)[0]?.['idempotency-key']);
    },
  );
});

describe('the caller’s signal', () => {
  const aborting = (afterMs: number, step: Step) => {
    const controller = new AbortController();
    const reason = new Error('left the page');
    setTimeout(() => controller.abort(reason), afterMs);
    const { signal } = controller;
    return {
      reason,
      end: run(({ referrals }) => referrals.createPayout(request, { signal }), [step]),
    };
  };

  test('ends an attempt', async () => {
    const { end, reason } = aborting(10, 'hang');
    const { error, fetch } = await end;
    expect(error).toMatchObject({ tag: 'aborted', outcomeUnknown: true, cause: reason });
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
  });

  test('ends a pause', async () => {
    const { end, reason } = aborting(10, THROTTLED);
    expect((await end).error).toMatchObject({
      tag: 'aborted',
      outcomeUnknown: false,
      cause: reason,
    });
    expect((await end).fetch).toHaveBeenCalledTimes(1);
  });

  test('that has already fired lets nothing out', async () => {
    const signal = AbortSignal.abort();
    const { error, fetch } = await run(
      ({ referrals }) => referrals.createPayout(request, { signal }),
      [OK],
    );
    expect(error).toMatchObject({ tag: 'aborted', outcomeUnknown: false });
    expect(fetch).not.toHaveBeenCalled();
  });

  test('has no listener left when a call ends by itself', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    await run(({ referrals }) => referrals.getPayout(PAYOUT.id, { signal }), [BUSY, 'hang', OK]);
    expect(added.mock.calls.length).toBeGreaterThan(0);
    const left = new Set(added.mock.calls.map(([, listener]) => listener));
    for (const [, listener] of removed.mock.calls) left.delete(listener);
    expect(left.size).toBe(0);
  });
});
