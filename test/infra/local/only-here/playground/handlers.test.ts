/** What is served to the browser, without one. */
import { expect, test } from 'vitest';
import type { GatewayRequest } from '../../../../../infra/local/gateway/payload.ts';
import { playgroundHandlers } from '../../../../../infra/local/only-here/playground/handlers.ts';
import { DEMO } from '../../../../../infra/local/only-here/sign-in.ts';

const get = async (path: string) => {
  const reply = await playgroundHandlers[`GET ${path}`]?.({} as GatewayRequest);
  return { ...reply, text: reply?.body.toString() ?? '' };
};

test('the page asks for nothing that is not served beside it, and nothing from elsewhere', async () => {
  const { text } = await get('/');
  const addresses = [...text.matchAll(/(?:href|src)="([^"#][^"]*)"/g)].map(
    ([, address]) => address,
  );
  const elsewhere = addresses.filter(
    (address) => playgroundHandlers[`GET ${address}`] === undefined,
  );
  expect(addresses).toHaveLength(4);
  expect(elsewhere).toEqual(['/_local/docs']);
  expect(text).not.toMatch(/https?:|<style|style=|<script(?! type="module" src=)/);
});

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/_local/playground/page.js', 'text/javascript; charset=utf-8'],
  ['/_local/playground/page.css', 'text/css; charset=utf-8'],
  ['/_local/playground/icon.svg', 'image/svg+xml'],
])('%s is %s, under a policy without inline scripts', async (path, type) => {
  const { statusCode, headers } = await get(path);
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
  expect(headers?.['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(headers?.['content-security-policy']).not.toContain('unsafe');
});

test('every id that the code looks for is in the page once', async () => {
  const [{ text: html }, { text: code }] = await Promise.all([
    get('/'),
    get('/_local/playground/page.js'),
  ]);
  const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const wanted = [...code.matchAll(/\bfind\("([^"]+)"/g)].map(([, id]) => id);
  expect(wanted.length).toBeGreaterThan(10);
  expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
});

test('the demo user of the page is the one of this machine', async () =>
  expect((await get('/_local/playground/page.js')).text).toContain(`"${DEMO.userId}"`));
