/** The operators' routes over HTTP, signed, against the deployed bundles. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import type { Payout, PayoutWithHistory } from '../../lib/payout.ts';
import { type Service, type Session, startService } from '../support/service.ts';

const PAYOUTS = '/v1/admin/referrals/payouts';
const USERS = '/v1/admin/referrals/users';
const HASH =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const EVM_HASH = `0x${'a'.repeat(64)}`;

let service: Service;
let ann: ReturnType<Service['operator']>;
let bob: ReturnType<Service['operator']>;
let session: Session;
let payout: Payout;

beforeAll(async () => {
  service = await startService();
  ann = service.operator('ann');
  bob = service.operator('bob');
});
afterAll(() => service.stop());

beforeEach(async () => {
  session = await service.newSession({ available_micro: 40_000_000n });
  payout = await request();
});

const request = async (): Promise<Payout> => {
  const { json } = await service.request('POST', '/v1/referrals/payouts', {
    headers: { 'content-type': 'application/json', cookie: session.cookie },
    body: JSON.stringify({
      amount_micro: 10_000_000,
      network: 'solana',
      address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    }),
  });
  return json as Payout;
};

const post = (path: string, body?: unknown, as = ann) =>
  as('POST', `${PAYOUTS}/${path}`, {
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
const view = async (id = payout.id) =>
  (await ann('GET', `${PAYOUTS}/${id}`)).json as PayoutWithHistory;
const balance = async () => {
  const { json } = await service.request('GET', '/v1/referrals/me', {
    headers: { cookie: session.cookie },
  });
  return (json as { balance: Record<string, bigint> }).balance;
};

test('a payout is claimed and sent, and its history says by whom', async () => {
  expect((await post(`${payout.id}/processing`)).status).toBe(200);
  const { status, json } = await post(`${payout.id}/sent`, { tx_hash: HASH }, bob);
  expect([status, json]).toEqual([
    200,
    {
      ...payout,
      status: 'sent',
      tx_hash: HASH,
      completed_at: expect.any(String),
      history: [
        { status: 'requested', at: payout.requested_at, by: 'user' },
        { status: 'processing', at: expect.any(String), by: ann.arn },
        { status: 'sent', at: expect.any(String), by: bob.arn },
      ],
    },
  ]);
  expect(await view()).toEqual(json);
  expect(await balance()).toMatchObject({ reserved_micro: 0n, paid_out_micro: 10_000_000n });
});

test.each(['failed', 'cancelled'] as const)(
  'a %s payout gives the money back with a note',
  async (end) => {
    const { status, json } = await post(`${payout.id}/${end}`, {
      note: ' the exchange is closed ',
    });
    expect([status, json]).toMatchObject([200, { status: end, note: 'the exchange is closed' }]);
    expect(await balance()).toMatchObject({ reserved_micro: 0n, available_micro: 40_000_000n });
    const { json: owners } = await service.request('GET', `/v1/referrals/payouts/${payout.id}`, {
      headers: { cookie: session.cookie },
    });
    expect(owners).toMatchObject({ status: end, note: 'the exchange is closed' });
    expect(owners).not.toHaveProperty('history');
  },
);

describe('repeating', () => {
  test.each([
    ['processing', undefined, undefined],
    ['sent', { tx_hash: HASH }, { tx_hash: `4${HASH.slice(1)}` }],
    ['failed', { note: 'no gas' }, { note: 'gas' }],
    ['cancelled', { note: 'no gas' }, { note: 'gas' }],
  ])('%s changes nothing, and with other content it is refused', async (step, body, other) => {
    const first = await post(`${payout.id}/${step}`, body);
    expect((await post(`${payout.id}/${step}`, body)).text).toBe(first.text);
    const different = other
      ? post(`${payout.id}/${step}`, other)
      : post(`${payout.id}/${step}`, undefined, bob);
    expect(await different).toMatchObject({
      status: 409,
      json: { error: 'payout_not_actionable' },
    });
    expect(await view()).toEqual(first.json);
  });
});

test('of two operators who claim at once, one wins', async () => {
  const statuses = await Promise.all(
    [ann, bob].map(async (as) => (await post(`${payout.id}/processing`, undefined, as)).status),
  );
  expect(statuses.sort()).toEqual([200, 409]);
});

test('the user cancels while an operator says sent: one wins, one credit', async () => {
  const [cancelled, sent] = await Promise.all([
    service.request('POST', `/v1/referrals/payouts/${payout.id}/cancel`, {
      headers: { cookie: session.cookie },
    }),
    post(`${payout.id}/sent`, { tx_hash: HASH }),
  ]);
  expect([cancelled.status, sent.status].sort()).toEqual([200, 409]);
  const { available_micro, paid_out_micro, reserved_micro } = await balance();
  expect([available_micro, paid_out_micro, reserved_micro]).toEqual(
    sent.status === 200 ? [30_000_000n, 10_000_000n, 0n] : [40_000_000n, 0n, 0n],
  );
});

describe('bodies', () => {
  const cases: [string, string, unknown, ErrorTag][] = [
    ['sent', 'no JSON', '{', 'invalid_json'],
    ['sent', 'no object', [], 'invalid_args'],
    ['sent', 'no hash', {}, 'tx_hash_required'],
    ['sent', 'an empty hash', { tx_hash: '' }, 'tx_hash_required'],
    ['sent', 'a hash of the wrong type', { tx_hash: 5 }, 'invalid_args'],
    ['sent', 'no hash at all but null', { tx_hash: null }, 'invalid_args'],
    ['sent', "another network's hash", { tx_hash: EVM_HASH }, 'invalid_args'],
    ['sent', 'a blank', { tx_hash: ' ' }, 'invalid_args'],
    ...(['failed', 'cancelled'] as const).flatMap((end): [string, string, unknown, ErrorTag][] => [
      [end, 'no JSON', '', 'invalid_json'],
      [end, 'no note', {}, 'invalid_args'],
      [end, 'a blank note', { note: ' \n' }, 'invalid_args'],
      [end, 'a note of 501 characters', { note: 'x'.repeat(501) }, 'invalid_args'],
      [end, 'a note of the wrong type', { note: ['x'] }, 'invalid_args'],
      [end, 'half a character', '{"note":"\\ud800"}', 'invalid_json'],
    ]),
  ];
  test.each(cases)('%s with %s', async (step, _name, body, tag) => {
    const { status, json } = await post(`${payout.id}/${step}`, body);
    expect([status, json]).toEqual([
      errors[tag].status,
      { error: tag, message: errors[tag].message, request_id: expect.any(String) },
    ]);
    expect(await view()).toMatchObject({ status: 'requested' });
  });

  test('a claim has none, and none is read', async () =>
    expect((await post(`${payout.id}/processing`, '{')).status).toBe(200));
});

describe('the first rule that is broken answers', () => {
  test.each<[string, (id: string) => [string, unknown], ErrorTag]>([
    ['a malformed id before the body', () => ['x/sent', '{'], 'invalid_payout_id'],
    ['the body before its fields', (id) => [`${id}/sent`, '{'], 'invalid_json'],
    ['a wrong field before a missing hash', (id) => [`${id}/sent`, { tx_hash: 1 }], 'invalid_args'],
    [
      'a missing hash before an unknown payout',
      () => [`${randomUUID()}/sent`, {}],
      'tx_hash_required',
    ],
    [
      'a missing note before an unknown payout',
      () => [`${randomUUID()}/failed`, {}],
      'invalid_args',
    ],
    [
      'an unknown payout before a wrong hash',
      () => [`${randomUUID()}/sent`, { tx_hash: 'x' }],
      'payout_not_found',
    ],
  ])('%s', async (_name, asked, tag) => {
    const [path, body] = asked(payout.id);
    expect((await post(path, body)).json).toMatchObject({ error: tag });
  });

  test('a wrong hash before a settled payout', async () => {
    await post(`${payout.id}/failed`, { note: 'x' });
    expect((await post(`${payout.id}/sent`, { tx_hash: 'x' })).json).toMatchObject({
      error: 'invalid_args',
    });
  });
});

test.each(['GET ', 'POST /processing'])('%s of an unknown payout', async (route) => {
  const [method = '', rest = ''] = route.split(' ');
  expect(await ann(method, `${PAYOUTS}/${randomUUID()}${rest}`)).toMatchObject({
    status: 404,
    json: { error: 'payout_not_found' },
  });
  expect(await ann(method, `${PAYOUTS}/x${rest}`)).toMatchObject({
    status: 400,
    json: { error: 'invalid_payout_id' },
  });
});

describe('the queue', () => {
  const queue = async (query = '') => {
    const { status, json } = await ann('GET', PAYOUTS + query);
    return { status, ...(json as { items: Payout[]; next_cursor?: string; error?: string }) };
  };

  test('lists what is requested, oldest first, in pages; a claimed one is in the other list', async () => {
    const second = await request();
    const third = await request();
    await post(`${second.id}/processing`);
    const requested: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await queue(`?limit=1${cursor && `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(1);
      requested.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(requested.slice(-2)).toEqual([payout.id, third.id]);
    expect([...requested].sort()).toEqual(requested);
    const processing = await queue('?status=processing');
    expect(processing.items.at(-1)).toMatchObject({
      id: second.id,
      history: [{ by: 'user' }, { by: ann.arn }],
    });
  });

  test.each(['?status=sent', '?status=', '?status=requested,processing', '?cursor=x'])(
    '%s is refused',
    async (query) =>
      expect(await queue(query)).toMatchObject({ status: 400, error: 'invalid_args' }),
  );

  test.each(['?limit=0', '?limit=201', '?limit=x'])('%s takes the default', async (query) =>
    expect((await queue(query)).status).toBe(200),
  );
});

describe('a user', () => {
  test('without history has zeros', async () => {
    const userId = randomUUID();
    const zero = Object.fromEntries(Object.keys(await balance()).map((name) => [name, 0n]));
    expect((await ann('GET', `${USERS}/${userId}`)).json).toEqual({
      user_id: userId,
      balance: zero,
      payouts: [],
      rewards: [],
    });
  });

  test('with history has the balance of /me, the last payouts and rewards', async () => {
    const { status, json } = await ann('GET', `${USERS}/${session.user_id}`);
    const user = json as { payouts: unknown[]; rewards: { amount_micro: bigint }[] };
    expect([status, json]).toMatchObject([
      200,
      { user_id: session.user_id, balance: await balance() },
    ]);
    expect(user.payouts).toEqual([await view()]);
    const { json: list } = await service.request('GET', '/v1/referrals/rewards', {
      headers: { cookie: session.cookie },
    });
    expect(user.rewards).toEqual((list as { items: unknown[] }).items);
  });

  test('is asked for by a UUID', async () =>
    expect(await ann('GET', `${USERS}/me`)).toMatchObject({
      status: 400,
      json: { error: 'invalid_user_id' },
    }));
});

describe('the gateway', () => {
  const routes = [
    ['GET', PAYOUTS],
    ['GET', `${PAYOUTS}/x`],
    ...['processing', 'sent', 'failed', 'cancelled'].map((step) => [
      'POST',
      `${PAYOUTS}/x/${step}`,
    ]),
    ['GET', `${USERS}/x`],
  ] as [string, string][];

  test.each(routes)('refuses an unsigned %s %s, and one with a session', async (method, path) => {
    expect((await service.request(method, path)).status).toBe(403);
    expect(
      (await service.request(method, path, { headers: { cookie: session.cookie } })).status,
    ).toBe(403);
  });
});
