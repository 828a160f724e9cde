import { expect, test } from 'vitest';
import { INT64_MAX } from '../../lib/money.ts';
import { networkNames } from '../../lib/networks/index.ts';
import { dayOf, endOf, rfc3339 } from '../../lib/time.ts';
import { CROSS_SITE, PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const LIMITED = { USER_DAILY_LIMIT_MICRO: '60000000' };

const service = useService();
const limited = useService({ environment: { GetOverview: LIMITED, RequestPayout: LIMITED } });

const me = (cookie: string) => service.request('GET', PATHS.overview, { cookie });

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
      networks: networkNames,
    },
  ]);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('where a day has a limit, it says how much is left of it and until when', async () => {
  const { cookie } = await limited.newSession({ available_micro: 900_000_000n });
  const left = async () =>
    ((await limited.request('GET', PATHS.overview, { cookie })).json as { daily_limit: object })
      .daily_limit;
  const resets_at = endOf(dayOf(Date.now()));
  const limit = { limit_micro: 60_000_000n, resets_at };
  expect(await left()).toEqual({ ...limit, remaining_micro: 60_000_000n });
  const { id } = await limited.requestPayout(cookie);
  expect(await left()).toEqual({ ...limit, remaining_micro: 35_000_000n });
  await limited.request('POST', `${PATHS.payouts}/${id}/cancel`, { cookie });
  expect(await left()).toEqual({ ...limit, remaining_micro: 60_000_000n });
});

test('a requested payout shows at once, and the parts add up to the whole', async () => {
  const { cookie } = await service.newSession({ available_micro: 40_000_000n });
  await service.requestPayout(cookie);
  expect((await me(cookie)).json).toMatchObject({
    balance: {
      available_micro: 15_000_000n,
      reserved_micro: 25_000_000n,
      lifetime_micro: 40_000_000n,
    },
  });
});

test('of too much to add up it says until when it was counted, and a payout takes the rest all the same', async () => {
  const { cookie, user_id } = await service.newSession({});
  const rewards = (name: string, unlocksMs: number) =>
    Array.from({ length: 2100 }, (_, at) => ({
      reward_id: `${name}-${at}`,
      amount_micro: 10_000n,
      unlocks_at: rfc3339(unlocksMs + at),
    }));
  await service.grant(user_id, rewards('due', Date.parse('2026-01-02T00:00:00Z')));
  await service.grant(user_id, rewards('later', Date.parse('2999-01-02T00:00:00Z')));
  const counted = {
    balance: {
      available_micro: 19_990_000n,
      pending_micro: 22_010_000n,
      lifetime_micro: 42_000_000n,
    },
    counted_until: '2026-01-02T00:00:01.998Z',
  };
  expect((await me(cookie)).json).toMatchObject(counted);
  const seen = await service.operator('ann')('GET', `${PATHS.users}/${user_id}`);
  expect(seen.json).toMatchObject(counted);
  await service.requestPayout(cookie, { amount_micro: 21_000_000n });
  expect((await me(cookie)).json).toMatchObject({ balance: { available_micro: 0n } });
});

test('amounts are exact up to the end of int64', async () => {
  const { cookie } = await service.newSession({ available_micro: INT64_MAX });
  expect((await me(cookie)).text).toContain('"available_micro":9223372036854775807,');
});

test('an account that does not add up is a 500 and an alarm, never a guess', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 40_000_000n });
  await service.changeAccount(user_id, { available_micro: 40_000_001 });
  expect(await me(cookie)).toMatchObject(refusal(500, 'internal'));
  expect(service.logs.some((line) => line.includes('corrupt_item'))).toBe(true);
});

test('without a session there is no balance', async () =>
  expect(await me('')).toMatchObject(refusal(401, 'unauthenticated')));

test('a page of another site may read nothing that CORS does not show it, but changes nothing either', async () => {
  const { cookie } = await service.newSession({});
  const { status, headers } = await service.request('GET', PATHS.overview, {
    cookie,
    headers: CROSS_SITE,
  });
  expect(status).toBe(200);
  expect(headers.get('access-control-allow-origin')).toBeNull();
});
