/** What a real browser does with the session when other pages use it, and what comes of that. */
import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { jsonResponse } from '../../../infra/local/gateway/response.ts';
import { playgroundHandlers } from '../../../infra/local/only-here/playground/handlers.ts';
import { payoutRequest as REQUEST } from '../../../infra/openapi/examples.ts';
import { type Service, type Session, startService } from '../../support/service.ts';
import { hasBrowser, launchBrowser, type Site, startSite } from './browser.ts';

const PAYOUTS = '/v1/referrals/payouts';

type Handler = (typeof playgroundHandlers)[string];

interface PageRequest {
  method?: string;
  mode?: 'no-cors';
  headers?: Record<string, string>;
  body?: string;
}

describe.skipIf(!hasBrowser)('a session in a browser', { tags: 'heavy' }, () => {
  let service: Service;
  let browser: Browser;
  /** Its origin is the one that the service knows as the console. */
  let consoleSite: Site;
  let strange: Site;
  /** What the service answered to whom, and the cookies that came with requests to be looked at. */
  let answered: string[] = [];
  let cookies: string[] = [];
  const takeCookies: Handler = async (request) => {
    cookies = request.cookies;
    return jsonResponse(200, {});
  };
  beforeAll(async () => {
    [consoleSite, strange, browser] = await Promise.all([
      startSite(),
      startSite(),
      launchBrowser(),
    ]);
    service = await startService({
      consoleOrigins: [consoleSite.origin],
      localHandlers: { ...playgroundHandlers, 'POST /cookies': takeCookies },
      onResponse: ({ method, path, statusCode }) =>
        answered.push(`${method} ${path} ${statusCode}`),
      poolSize: 1,
    });
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([consoleSite.close(), strange.close(), service.stop()]);
  });

  let context: BrowserContext;
  let page: Page;
  let user: Session;
  let waiting: string;
  beforeEach(async () => {
    user = await service.newSession({
      available_micro: 100_000_000n,
      invoices: [{ total_micro: 7_000_000n }],
    });
    const headers = { cookie: user.cookie, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...REQUEST, amount_micro: 10_000_000 });
    const { json } = await service.request('POST', PAYOUTS, { headers, body });
    waiting = String((json as { id: string }).id);
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  /** As the console's login does; the cookie goes to every port of this machine. */
  const signIn = (attributes = 'SameSite=Lax') => {
    const cookie = `nl_session=${user.session}; HttpOnly; Path=/; ${attributes}`;
    return page.goto(`${consoleSite.origin}/?set-cookie=${encodeURIComponent(cookie)}`);
  };

  /** What the script of the page that is open gets for a request to the service. */
  const fetched = (
    path: string,
    init: PageRequest = {},
  ): Promise<{ status: number; body: string } | string> =>
    page.evaluate(
      async ([url, init]) => {
        try {
          const response = await fetch(url, { credentials: 'include', ...init });
          return { status: response.status, body: await response.text() };
        } catch (error) {
          return String(error);
        }
      },
      [service.url + path, init] as const,
    );

  const json = (body: object): PageRequest => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'from-a-page' },
    body: JSON.stringify(body),
  });

  /** Sends a form from the open page; the reply, and whether the session was sent along. */
  const post = async (path: string, type: string, fields: Record<string, string>) => {
    const reply = page.waitForResponse(service.url + path);
    await page.evaluate(
      `{
        const [action, enctype, fields] = ${JSON.stringify([service.url + path, type, fields])};
        const form = Object.assign(document.createElement('form'), { method: 'post', action, enctype });
        for (const [name, value] of Object.entries(fields))
          form.append(Object.assign(document.createElement('input'), { name, value }));
        document.body.append(form);
        form.submit();
      }`,
    );
    await page.waitForURL(service.url + path);
    return outcome(await reply);
  };

  const outcome = async (response: Response) => ({
    status: response.status(),
    hadSession: (await response.request().allHeaders()).cookie?.includes(user.session) ?? false,
  });

  const nothingMoved = async () => {
    const headers = { cookie: user.cookie };
    const { json: me } = await service.request('GET', '/v1/referrals/me', { headers });
    expect(me).toMatchObject({
      balance: { available_micro: 90_000_000n, reserved_micro: 10_000_000n, spent_micro: 0n },
    });
    const { json: list } = await service.request('GET', PAYOUTS, { headers });
    expect(list).toMatchObject({ items: [{ id: waiting, status: 'requested' }] });
    expect((list as { items: unknown[] }).items).toHaveLength(1);
  };

  test('that a login sets is sent with every request and seen by no script', async () => {
    await page.goto(service.url);
    const login = { method: 'POST', body: JSON.stringify({ user_id: user.user_id }) };
    expect(await fetched('/_local/session', login)).toMatchObject({ status: 201 });
    expect(await context.cookies()).toMatchObject([
      { name: 'nl_session', httpOnly: true, sameSite: 'Lax' },
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await fetched(PAYOUTS)).toMatchObject({
      status: 200,
      body: expect.stringContaining(waiting),
    });
  });

  test('may be used by the console from its own origin, after a preflight', async () => {
    await signIn();
    answered = [];
    expect(await fetched(PAYOUTS, json(REQUEST))).toMatchObject({
      status: 202,
      body: expect.stringContaining('"status":"requested"'),
    });
    expect(answered).toEqual([`OPTIONS ${PAYOUTS} 204`, `POST ${PAYOUTS} 202`]);
    expect(await fetched('/v1/referrals/me')).toMatchObject({ status: 200 });
    // A reply's own headers, which a script sees only when it is let.
    const url = service.url + PAYOUTS;
    const exposed = await page.evaluate(async (url) => {
      const { headers } = await fetch(url, { credentials: 'include' });
      return headers.has('x-request-id');
    }, url);
    expect(exposed).toBe(true);
  });

  test('is of no use to a page of another origin of the same site, which gets it sent', async () => {
    await signIn();
    await page.goto(strange.origin);
    const refused = 'TypeError: Failed to fetch';
    expect(await fetched(PAYOUTS, json(REQUEST)), 'a preflight fails').toBe(refused);
    expect(await fetched(PAYOUTS), 'a reply is not to be read').toBe(refused);
    // Without a preflight, and without a look at the reply.
    const blind = { method: 'POST', mode: 'no-cors' } as const;
    answered = [];
    await fetched(PAYOUTS, { ...blind, body: JSON.stringify(REQUEST) });
    await fetched(`${PAYOUTS}/${waiting}/cancel`, blind);
    expect(answered).toEqual([`POST ${PAYOUTS} 401`, `POST ${PAYOUTS}/${waiting}/cancel 401`]);
    await fetched('/cookies', blind);
    expect(cookies).toEqual([user.cookie]);
    await nothingMoved();
  });

  test.each(['origin', 'otherSite'] as const)(
    'or not, a strange page (%s) drives no route of this machine’s own',
    async (place) => {
      await page.goto(strange[place]);
      answered = [];
      const blind = { mode: 'no-cors' } as const;
      await fetched('/_local/session', { ...blind, method: 'POST', body: '{"available_micro":5}' });
      await fetched('/_local/run/UnlockDueRewards', { ...blind, method: 'POST' });
      await fetched('/_local/docs/openapi.json', blind);
      await page.evaluate(
        `new Promise((resolve) => {
          const streamed = new EventSource('${service.url}/_local/published-events');
          streamed.onerror = () => resolve(streamed.close());
        })`,
      );
      await page.evaluate(
        `new Promise((resolve) => {
          const image = new Image();
          image.onerror = resolve;
          image.src = '${service.url}/_local/dead-letters';
        })`,
      );
      expect(answered).toEqual([
        'POST /_local/session 403',
        'POST /_local/run/UnlockDueRewards 403',
        'GET /_local/docs/openapi.json 403',
        'GET /_local/published-events 403',
        'GET /_local/dead-letters 403',
      ]);
      expect(await post('/_local/session', 'text/plain', { '{"x":"': '"}' })).toMatchObject({
        status: 403,
      });
    },
  );

  /** JSON to whoever does not look at the type, and one request that needs no body at all. */
  const forms = () => {
    const asText = (value: object) => ({
      [`${JSON.stringify(value).slice(0, -1)},"rest":"`]: '"}',
    });
    const spend = { invoice_id: user.invoices[0], amount_micro: 7_000_000 };
    const text = Object.fromEntries(
      Object.entries(REQUEST).map(([name, value]) => [name, String(value)]),
    );
    return [
      [PAYOUTS, 'text/plain', asText(REQUEST)],
      [PAYOUTS, 'application/x-www-form-urlencoded', text],
      [PAYOUTS, 'multipart/form-data', text],
      ['/v1/referrals/spend-on-invoice', 'text/plain', asText(spend)],
      [`${PAYOUTS}/${waiting}/cancel`, 'text/plain', {}],
      [`${PAYOUTS}/${waiting}/cancel`, 'application/x-www-form-urlencoded', {}],
    ] as [string, string, Record<string, string>][];
  };

  /** One that works where nobody looks at types, and one that has nothing to look at. */
  const worst = () => [forms()[0], forms()[4]].filter((form) => form !== undefined);

  /** Without SameSite a cookie is Lax, but Chromium sends it with forms for two minutes. */
  test.each([
    ['another site, where SameSite=Lax keeps it back', 'SameSite=Lax', 'otherSite', '', false],
    ['another site, were it SameSite=None', 'SameSite=None; Secure', 'otherSite', '', true],
    ['another site, were it new and without SameSite', '', 'otherSite', '', true],
    ['a site that hides where it is', 'SameSite=None; Secure', 'otherSite', '/?no-referrer', true],
    ['another origin of the same site', 'SameSite=Lax', 'origin', '', true],
    ['another origin that hides where it is', 'SameSite=Lax', 'origin', '/?no-referrer', true],
  ] as const)(
    'moves no money by a form on %s',
    async (_where, attributes, place, path, hadSession) => {
      await signIn(attributes);
      for (const form of attributes.includes('None') && path === '' ? forms() : worst()) {
        await page.goto(strange[place] + path);
        expect(await post(...form), form.slice(0, 2).join()).toEqual({ status: 401, hadSession });
      }
      await nothingMoved();
    },
  );

  test('does not even serve the console for a form that is not JSON; what needs no body works there', async () => {
    await signIn();
    const expected = [400, 400, 400, 400, 200, 200];
    for (const [at, form] of forms().entries()) {
      await page.goto(consoleSite.origin);
      expect(await post(...form), form.slice(0, 2).join()).toEqual({
        status: expected[at],
        hadSession: true,
      });
    }
  });
});
