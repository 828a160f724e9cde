/** What no request can carry is refused before anything is sent. */
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  type ClientOptions,
  TriportClient,
  TriportError,
} from '../../../sdk/typescript/src/index.ts';
import { headersOf, PAYOUT, scriptedFetch } from './scripted-fetch.ts';

/** A client that gets the payout for whatever it asks. */
const clientOf = (options: ClientOptions = {}) => {
  const fetch = scriptedFetch({ status: 200, body: PAYOUT });
  return { fetch, referrals: new TriportClient({ fetch, ...options }).referrals };
};

const payoutOf = (amountMicro: unknown) => ({
  amountMicro: amountMicro as bigint,
  network: 'solana' as const,
  address: PAYOUT.address,
});

describe('an amount', () => {
  test.each<[number | bigint, string]>([
    [25_000_000, '25000000'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-1, '-1'],
    [10n ** 30n, `1${'0'.repeat(30)}`],
  ])('%s goes as %s', async (amountMicro, literal) => {
    const { fetch, referrals } = clientOf();
    await referrals.createPayout(payoutOf(amountMicro));
    expect(fetch.mock.calls[0]?.[1]?.body).toBe(
      `{"amount_micro":${literal},"network":"solana","address":"${PAYOUT.address}"}`,
    );
  });

  test.each([1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '25000000', null, undefined, {}])(
    '%s is a TypeError',
    async (amountMicro) => {
      const { fetch, referrals } = clientOf();
      await expect(referrals.createPayout(payoutOf(amountMicro))).rejects.toThrow(TypeError);
      const spend = { invoiceId: 'invoice-1', amountMicro: amountMicro as bigint };
      await expect(referrals.spendOnInvoice(spend)).rejects.toThrow('a bigint or a safe integer');
      expect(fetch).not.toHaveBeenCalled();
    },
  );
});

const NO_IDS = ['', '.', '..', 'a/b', 'a?b', '%2e%2e', 'a b', 'a\n', 'é', null, undefined, 5];
test.each(NO_IDS as string[])('%j is no id', async (id) => {
  const { fetch, referrals } = clientOf();
  await expect(referrals.getPayout(id)).rejects.toThrow(TypeError);
  await expect(referrals.cancelPayout(id)).rejects.toThrow(TypeError);
  await expect(referrals.waitForPayout(id)).rejects.toThrow(TypeError);
  expect(fetch).not.toHaveBeenCalled();
});

test.each([-1, Number.NaN])('a wait of %s ms is none', async (maxWaitMs) => {
  const { fetch, referrals } = clientOf();
  await expect(referrals.waitForPayout(PAYOUT.id, { maxWaitMs })).rejects.toThrow(TypeError);
  expect(fetch).not.toHaveBeenCalled();
});

describe('an idempotency key', () => {
  test.each(['', 'a b', 'é', 'x'.repeat(256), 'a\r\nb', 'a,b', ','])(
    'cannot be %j',
    async (idempotencyKey) => {
      const { fetch, referrals } = clientOf();
      await expect(referrals.createPayout(payoutOf(1), { idempotencyKey })).rejects.toThrow(
        TypeError,
      );
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  test('may have any other visible character', async () => {
    const { fetch, referrals } = clientOf();
    const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => index + 0x21));
    const idempotencyKey = visible.replace(',', '');
    await referrals.cancelPayout(PAYOUT.id, { idempotencyKey });
    expect(headersOf(fetch)[0]?.['idempotency-key']).toBe(idempotencyKey);
  });

  test('is made for every write, also where crypto.randomUUID is missing', async () => {
    const { fetch, referrals } = clientOf();
    await referrals.createPayout(payoutOf(1));
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    await referrals.createPayout(payoutOf(1));
    await referrals.cancelPayout(PAYOUT.id);
    vi.unstubAllGlobals();
    const keys = headersOf(fetch).map((headers) => headers['idempotency-key'] ?? '');
    const [uuid, hex] = [/^[0-9a-f-]{36}$/, /^[0-9a-f]{32}$/].map((form) =>
      expect.stringMatching(form),
    );
    expect(keys).toEqual([uuid, hex, hex]);
    expect(new Set(keys).size).toBe(3);
  });

  test('is not sent with a read', async () => {
    const { fetch, referrals } = clientOf();
    await referrals.getPayout(PAYOUT.id);
    expect(headersOf(fetch)).toEqual([{}]);
  });
});

describe('options', () => {
  test.each([
    { baseUrl: 'nowhere' },
    { baseUrl: '/' },
    { baseUrl: 'ftp://api.triport.io' },
    { baseUrl: '' },
    { baseUrl: 'https://u:p@api.triport.io' },
    { baseUrl: 'https://u@api.triport.io' },
    { baseUrl: 'https://:p@api.triport.io' },
    { baseUrl: 'blob:https://api.triport.io/a' },
    { baseUrl: 'data:text/plain,a' },
    { baseUrl: 'file:///a' },
    { baseUrl: 'ws://api.triport.io' },
    { baseUrl: 'https://api.triport.io?a=b' },
    { baseUrl: 'https://api.triport.io/#a' },
    { session: '' },
    { session: 'a; b=c' },
    { session: 'a\r\nx: y' },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { maxRetries: -1 },
  ])('%j cannot be used', (options) => expect(() => new TriportClient(options)).toThrow(TypeError));

  test.each([
    { baseUrl: 'https://user:secret@api.triport.io' },
    { baseUrl: 'https://user:secret@no host' },
    { baseUrl: 'https://user:sec/secret@host' },
    { baseUrl: 'https://api.triport.io:secret' },
    { baseUrl: 'https://api.triport.io/?token=secret' },
    { baseUrl: 'https://api.triport.io/#secret' },
    { baseUrl: 'secret://api.triport.io' },
    { baseUrl: 'secret' },
    { session: 'secret;' },
    { session: ['secret'] },
    { session: 'secret\n', baseUrl: 'secret' },
  ])('%j are refused without a word of them', (options) => {
    const refuse = () => new TriportClient(options as ClientOptions);
    expect(refuse).toThrow(TypeError);
    try {
      refuse();
    } catch (error) {
      // As Node shows an error: with its stack, its cause and whatever else it has.
      expect(inspect(error).replace((error as Error).stack ?? '', '')).not.toContain('secret');
      expect((error as Error).message).not.toContain('secret');
    }
  });

  test('show no session in an error of a call', async () => {
    const { referrals } = clientOf({ session: 'secret', maxRetries: 0 });
    const failing = clientOf({
      session: 'secret',
      maxRetries: 0,
      fetch: scriptedFetch(new TypeError('fetch failed')),
    });
    for (const call of [referrals.getOverview(), failing.referrals.getPayout(PAYOUT.id)]) {
      const error = await call.catch((reason) => reason);
      expect(error).toBeInstanceOf(TriportError);
      expect(inspect(error) + JSON.stringify(error)).not.toContain('secret');
    }
  });

  test('are not shown with the client', () => {
    const client = new TriportClient({ session: 'secret' });
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('secret');
    expect(JSON.stringify(client)).not.toContain('secret');
  });

  const requestWith = async (options: ClientOptions) => {
    const { fetch, referrals } = clientOf(options);
    await referrals.getPayout(PAYOUT.id);
    const [[url, init] = []] = fetch.mock.calls;
    return { url, headers: init?.headers, credentials: init?.credentials };
  };
  const path = `/v1/referrals/payouts/${PAYOUT.id}`;

  test('a session goes as a cookie; without one the browser adds its own', async () => {
    expect(await requestWith({ session: 'token' })).toMatchObject({
      headers: { cookie: 'nl_session=token' },
      credentials: undefined,
    });
    expect(await requestWith({ session: undefined })).toEqual({
      url: `https://api.triport.io${path}`,
      headers: {},
      credentials: 'include',
    });
  });

  test('a base URL may end in slashes, and have a path', async () =>
    expect((await requestWith({ baseUrl: 'http://localhost:1/api//' })).url).toBe(
      `http://localhost:1/api${path}`,
    ));

  test('a base URL may be relative in a page', async () => {
    vi.stubGlobal('location', { href: 'http://127.0.0.1:3000/some/page' });
    expect((await requestWith({ baseUrl: '/' })).url).toBe(`http://127.0.0.1:3000${path}`);
    vi.unstubAllGlobals();
  });

  test('the global fetch is looked up when it is needed', async () => {
    const { referrals } = new TriportClient();
    vi.stubGlobal('fetch', scriptedFetch({ status: 200, body: PAYOUT }));
    expect(await referrals.getPayout(PAYOUT.id)).toMatchObject({ id: PAYOUT.id });
    vi.unstubAllGlobals();
  });

  test('a given fetch is called without an object of ours, which a browser’s own refuses', async () => {
    const { fetch, referrals } = clientOf();
    await referrals.getPayout(PAYOUT.id);
    expect(fetch.mock.contexts).toEqual([undefined]);
  });
});
