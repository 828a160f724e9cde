/**
 * Whose session a request has: a cookie that is known, live and sent by the console's own pages.
 */
import { expect, test } from 'vitest';
import { CROSS_SITE, PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();

const post = (cookie: string, headers: Record<string, string> = {}) =>
  service.request('POST', PATHS.payouts, { cookie, headers, body: PAYOUT_REQUEST });

const rich = () => service.newSession({ available_micro: 1_000_000_000n });

const unauthenticated = refusal(401, 'unauthenticated');

test.each([
  ['no cookie', ''],
  ['an unknown token', 'nl_session=not-a-session'],
  ['a malformed token', 'nl_session="quoted"'],
  ['another cookie', 'session=abc'],
])('%s is unauthenticated', async (_name, cookie) =>
  expect(await post(cookie)).toMatchObject(unauthenticated),
);

test('two session cookies are unauthenticated, even when both are good', async () => {
  const { cookie } = await rich();
  expect(await post(`${cookie}; ${cookie}`)).toMatchObject(unauthenticated);
});

test('the session is found among other cookies', async () => {
  const { cookie } = await rich();
  expect((await post(`theme=dark; ${cookie}; lang=en`)).status).toBe(202);
});

test('an expired session is unauthenticated before DynamoDB has deleted it', async () => {
  const { cookie, session } = await rich();
  await service.changeSession(session, { expires_at: Math.floor(Date.now() / 1000) });
  expect(await post(cookie)).toMatchObject(unauthenticated);
});

test('a revoked session is unauthenticated at once', async () => {
  const { cookie, session } = await rich();
  await service.changeSession(session, { revoked_at: Math.floor(Date.now() / 1000) });
  expect(await post(cookie)).toMatchObject(unauthenticated);
});

test('a user id in upper case is the same user, in the answer and in the books', async () => {
  const { cookie, session, user_id } = await rich();
  await service.changeSession(session, { user_id: user_id.toUpperCase() });
  expect(await post(cookie)).toMatchObject({ status: 202, json: { user_id } });
  expect(await service.payouts(user_id)).toHaveLength(1);
});

test('another site’s page cannot use the session', async () => {
  const { cookie, user_id } = await rich();
  expect(await post(cookie, CROSS_SITE)).toMatchObject(unauthenticated);
  expect(await service.payouts(user_id)).toEqual([]);
});

test('the console’s own page can', async () => {
  const { cookie } = await rich();
  const headers = { origin: 'https://console.triport.io', 'sec-fetch-site': 'same-site' };
  expect((await post(cookie, headers)).status).toBe(202);
});
