import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ poolSize: 1 });
});
afterAll(() => service.stop());

const post = (body: string) => service.request('POST', '/_local/session', { body });
const created = async (body: string) =>
  (await post(body)).json as { user_id: string; session: string; cookie: string };
const overview = (cookie: string) => service.request('GET', '/v1/referrals/me', { headers: { cookie } });

test('a new user is signed in by the cookie that comes back', async () => {
  const { status, headers, json } = await post('{"available_micro":30000000}');
  expect(status).toBe(201);
  const { user_id, session, cookie } = json as { user_id: string; session: string; cookie: string };
  expect(user_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(cookie).toBe(`nl_session=${session}`);
  expect(headers.getSetCookie()).toEqual([`${cookie}; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400`]);
  expect((await overview(cookie)).json).toMatchObject({
    balance: { available_micro: 30_000_000n, lifetime_micro: 30_000_000n, reserved_micro: 0n },
  });
});

test('an existing user gets one more session and the amount on top', async () => {
  const user_id = randomUUID();
  await post(JSON.stringify({ user_id, available_micro: 5 }));
  const { cookie } = await created(JSON.stringify({ user_id, available_micro: 7 }));
  expect((await overview(cookie)).json).toMatchObject({
    balance: { available_micro: 12n, lifetime_micro: 12n },
  });
  expect(await service.account(user_id)).toMatchObject({ version: 2n, pending_micro: 0n });
});

test.each(['9007199254740993', '9223372036854775807', '25e6'])('%s arrives exactly', async (amount) => {
  const { user_id } = await created(`{"available_micro":${amount}}`);
  const exact = amount === '25e6' ? 25_000_000n : BigInt(amount);
  expect(await service.account(user_id)).toMatchObject({ available_micro: exact });
});

test('without an amount there is no account', async () => {
  const { user_id, cookie } = await created('');
  expect(await service.account(user_id)).toBeUndefined();
  expect((await overview(cookie)).status).toBe(200);
});

describe('refused with a sentence', () => {
  test.each([
    ['{"available_micro":-1}', 'available_micro must not be negative.'],
    ['{"available_micro":1.5}', 'available_micro must be an integer.'],
    ['{"available_micro":"5"}', 'available_micro must be an integer.'],
    ['{"available_micro":9223372036854775808}', 'available_micro must be an int64.'],
    ['{"user_id":"me"}', 'user_id must be a UUID.'],
    ['{"user_id":7}', 'user_id must be a string.'],
    ['[', 'The body is not JSON.'],
  ])('%s: %s', async (body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, json: { error: 'invalid_args', message } });
  });

  test('an account that would leave int64', async () => {
    const { user_id } = await created('{"available_micro":9223372036854775807}');
    expect(await post(JSON.stringify({ user_id, available_micro: 1 }))).toMatchObject({
      status: 400,
      json: { message: 'available_micro would take the account beyond an int64.' },
    });
  });
});
