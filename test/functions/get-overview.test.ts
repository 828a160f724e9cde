import { afterAll, beforeAll, expect, test } from 'vitest';
import { INT64_MAX } from '../../lib/money.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const me = (cookie: string) => service.request('GET', '/v1/referrals/me', { headers: { cookie } });

test('a user without history gets zeros', async () => {
  const { cookie } = await service.newSession({});
  const { status, headers, json } = await me(cookie);
  expect([status, json]).toEqual([
    200,
    {
      balance: {
        pending_micro: 0n,
        available_micro: 0n,
        reserved_micro: 0n,
        paid_out_micro: 0n,
        spent_micro: 0n,
        lifetime_micro: 0n,
      },
      min_payout_micro: 10_000_000n,
      networks: ['solana', 'ethereum', 'polygon'],
    },
  ]);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('a requested payout shows at once, and the parts add up to the whole', async () => {
  const { cookie } = await service.newSession({ available_micro: 40_000_000n });
  await service.request('POST', '/v1/referrals/payouts', {
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({
      amount_micro: 25_000_000,
      network: 'solana',
      address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    }),
  });
  expect((await me(cookie)).json).toMatchObject({
    balance: {
      available_micro: 15_000_000n,
      reserved_micro: 25_000_000n,
      lifetime_micro: 40_000_000n,
    },
  });
});

test('amounts are exact up to the end of int64', async () => {
  const { cookie } = await service.newSession({ available_micro: INT64_MAX });
  expect((await me(cookie)).text).toContain('"available_micro":9223372036854775807,');
});

test('an account that does not add up is a 500 and an alarm, never a guess', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 40_000_000n });
  await service.changeAccount(user_id, { available_micro: 40_000_001 });
  expect(await me(cookie)).toMatchObject({ status: 500, json: { error: 'internal' } });
  expect(service.logs.some((line) => line.includes('corrupt_item'))).toBe(true);
});

test('without a session there is no balance', async () =>
  expect(await me('')).toMatchObject({ status: 401, json: { error: 'unauthenticated' } }));

test('a page of another site may read nothing that CORS does not show it, but changes nothing either', async () => {
  const { cookie } = await service.newSession({});
  const { status, headers } = await service.request('GET', '/v1/referrals/me', {
    headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  });
  expect(status).toBe(200);
  expect(headers.get('access-control-allow-origin')).toBeNull();
});
