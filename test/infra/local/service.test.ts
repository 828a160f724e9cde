/** The stack on this machine: who may call what, events in and out, functions by hand. */
import { describe, expect, test } from 'vitest';
import { patience } from '../../support/patience.ts';
import { PATHS } from '../../support/samples.ts';
import { type Service, startService, useService } from '../../support/service.ts';

const service = useService({ poolSize: 1, publish: true });

const invocationsOf = (name: string) => service.logs.filter((line) => line.includes(name)).length;

describe('who may call what', () => {
  test('neither a console session nor none opens an operator route, and no function runs', async () => {
    const { cookie } = await service.newSession({ available_micro: 1n });
    for (const { method, path } of service.stack.routes.filter((route) =>
      route.path.includes('/admin/'),
    )) {
      for (const options of [{ cookie }, {}]) {
        const answer = await service.request(method, path.replace(/\{\w+\}/, 'x'), options);
        expect([answer.status, answer.text]).toEqual([403, '{"message":"Forbidden"}']);
      }
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
    const { id } = await service.requestPayout(cookie);
    const ann = service.operator('ann');
    const path = `${PATHS.queue}/${id}`;
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
  const { json } = await service.request('GET', PATHS.overview, { cookie });
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

test.each(['failed', 'cancelled'])(
  'every change leaves as an event, in order, up to %s',
  async (end) => {
    const { cookie } = await service.newSession({ available_micro: 25_000_000n });
    const before = (await service.published()).length;
    const { id } = await service.requestPayout(cookie);
    const ann = service.operator('ann');
    await ann('POST', `${PATHS.queue}/${id}/processing`);
    await ann('POST', `${PATHS.queue}/${id}/${end}`, { body: { note: 'no' } });
    const about = (events: Awaited<ReturnType<Service['published']>>) =>
      events.filter(({ detail }) => (detail.payout as { id: string }).id === id);
    const events = about(await service.published(before + 3));
    expect(events.map((event) => [event['detail-type'], event.detail.previous_status])).toEqual([
      ['referral.payout.requested', null],
      ['referral.payout.processing', 'requested'],
      [`referral.payout.${end}`, 'processing'],
    ]);
    const shown = await service.request('GET', `${PATHS.payouts}/${id}`, { cookie });
    expect(events[2]?.detail.payout).toEqual(shown.json);
    expect(service.announced.join('\n')).toContain(
      `event referral.payout.requested ${events[0]?.id} `,
    );
  },
);

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
  expect(tookMs).toBeLessThan(patience(2000));
});
