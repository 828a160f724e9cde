/**
 * The whole stack on this machine: sessions and signatures, billing's events in, payouts' events
 * out, functions by hand.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from '../../support/service.ts';

const ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';

let service: Service;
beforeAll(async () => {
  service = await startService({ poolSize: 1, publish: true });
});
afterAll(() => service.stop());

const requestPayout = async (cookie: string) => {
  const { status, json } = await service.request('POST', '/v1/referrals/payouts', {
    headers: { cookie, 'content-type': 'application/json' },
    body: `{"amount_micro":25000000,"network":"solana","address":"${ADDRESS}"}`,
  });
  expect(status).toBe(202);
  return json as { id: string };
};

const invocationsOf = (name: string) => service.logs.filter((line) => line.includes(name)).length;

describe('who may call what', () => {
  test('a console session opens no operator route, and no function runs', async () => {
    const { cookie } = await service.newSession({ available_micro: 1n });
    for (const { method, path } of service.stack.routes.filter((route) =>
      route.path.includes('/admin/'),
    )) {
      const answer = await service.request(method, path.replace(/\{\w+\}/, 'x'), {
        headers: { cookie },
      });
      expect([answer.status, answer.text]).toEqual([403, '{"message":"Forbidden"}']);
    }
    expect(invocationsOf('request_refused')).toBe(0);
  });

  test('an operator’s signature opens no console route', async () => {
    const ann = service.operator('ann');
    for (const { method, path } of service.stack.routes.filter(
      (route) => !route.path.includes('/admin/'),
    )) {
      const answer = await ann(method, path.replace(/\{\w+\}/, 'x'));
      expect([path, answer.status, answer.json]).toMatchObject([
        path,
        401,
        { error: 'unauthenticated' },
      ]);
    }
  });

  test('an operator is known by his ARN', async () => {
    const { cookie } = await service.newSession({ available_micro: 25_000_000n });
    const { id } = await requestPayout(cookie);
    const ann = service.operator('ann');
    const path = `/v1/admin/referrals/payouts/${id}`;
    expect((await ann('POST', `${path}/processing`)).status).toBe(200);
    const { json } = await service.operator()('GET', path);
    expect(json).toMatchObject({
      id,
      history: [{ by: 'user' }, { status: 'processing', by: ann.arn }],
    });
  });
});

test('a reward that billing grants is in the balance, exactly', async () => {
  const { user_id, cookie } = await service.newSession();
  const detail = {
    reward_id: 'r-1',
    user_id,
    amount_micro: 9007199254740993n,
    unlocks_at: '2020-01-01T00:00:00Z',
    source: 'referral',
  };
  await service.events([
    { 'detail-type': 'referral.reward.granted', detail, time: '2026-01-01T00:00:00Z' },
  ]);
  const { json } = await service.request('GET', '/v1/referrals/me', { headers: { cookie } });
  expect(json).toMatchObject({ balance: { available_micro: 9007199254740993n } });
});

test('a malformed event is a dead letter', async () => {
  await service.events([
    { 'detail-type': 'referral.reward.granted', detail: { reward_id: 'broken' } },
  ]);
  expect(await service.deadLetters()).toEqual([
    {
      queue: expect.any(String),
      id: expect.any(String),
      body: expect.stringContaining('"broken"'),
    },
  ]);
  expect(service.announced.join('\n')).toMatch(/^dead letter [0-9a-f-]+ in \w+$/m);
});

test('every change of a payout leaves as an event, in order', async () => {
  const { cookie } = await service.newSession({ available_micro: 25_000_000n });
  const before = (await service.published()).length;
  const { id } = await requestPayout(cookie);
  const ann = service.operator('ann');
  await ann('POST', `/v1/admin/referrals/payouts/${id}/processing`);
  const headers = { 'content-type': 'application/json' };
  await ann('POST', `/v1/admin/referrals/payouts/${id}/failed`, { headers, body: '{"note":"no"}' });
  const about = (events: Awaited<ReturnType<Service['published']>>) =>
    events.filter(({ detail }) => (detail.payout as { id: string }).id === id);
  const events = about(await service.published(before + 3));
  expect(events.map((event) => [event['detail-type'], event.detail.previous_status])).toEqual([
    ['referral.payout.requested', null],
    ['referral.payout.processing', 'requested'],
    ['referral.payout.failed', 'processing'],
  ]);
  expect(service.announced.join('\n')).toContain(
    `event referral.payout.requested ${events[0]?.id} `,
  );
});

describe('a function by hand', () => {
  test('answers with its result', async () => {
    expect(await service.run('ProcessBillingEvents', { Records: [] })).toEqual({
      batchItemFailures: [],
    });
    expect(await service.run('MeasureQueue')).toBeNull();
  });

  test('that throws is told apart', async () => {
    const answer = await service.request('POST', '/_local/run/ProcessBillingEvents', {
      body: 'null',
    });
    expect(answer).toMatchObject({ status: 502, json: { error: 'TypeError' } });
  });

  test.each([
    ['Nobody', '{}', 404],
    ['MeasureQueue', '{', 400],
  ])('%s with %s: %i', async (name, body, status) =>
    expect((await service.request('POST', `/_local/run/${name}`, { body })).status).toBe(status),
  );
});

test('a second service is up at once', async () => {
  const startedMs = performance.now();
  const second = await startService();
  const tookMs = performance.now() - startedMs;
  await second.stop();
  expect(tookMs).toBeLessThan(2000);
});
