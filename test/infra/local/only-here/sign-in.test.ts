import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { stringifyJson } from '../../../../lib/json.ts';
import { refusal } from '../../../support/samples.ts';
import { useService } from '../../../support/service.ts';

const service = useService({ poolSize: 1 });

const post = (body: string) => service.request('POST', '/_local/session', { body });
const created = async (body: string) =>
  (await post(body)).json as { user_id: string; session: string; cookie: string };
const overview = (cookie: string) =>
  service.request('GET', '/v1/referrals/me', { headers: { cookie } });

test('a new user is signed in by the cookie that comes back', async () => {
  const { status, headers, json } = await post('{"available_micro":30000000}');
  expect(status).toBe(201);
  const { user_id, session, cookie } = json as { user_id: string; session: string; cookie: string };
  expect(user_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(cookie).toBe(`nl_session=${session}`);
  expect(headers.getSetCookie()).toEqual([
    `${cookie}; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400`,
  ]);
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

test.each(['9007199254740993', '9223372036854775807', '25e6'])(
  '%s arrives exactly',
  async (amount) => {
    const { user_id } = await created(`{"available_micro":${amount}}`);
    const exact = amount === '25e6' ? 25_000_000n : BigInt(amount);
    expect(await service.account(user_id)).toMatchObject({ available_micro: exact });
  },
);

test('what is available comes from one reward that is unlocked', async () => {
  const { user_id } = await created('{"available_micro":30000000}');
  const [reward, ...others] = await service.rewards(user_id);
  expect(others).toEqual([]);
  expect(reward).toEqual({
    user_id,
    reward_id: expect.any(String),
    amount_micro: 30_000_000n,
    status: 'available',
    unlocks_at: expect.stringMatching(/Z$/),
    granted_at: reward?.unlocks_at,
    granted_key: `${reward?.granted_at}#${reward?.reward_id}`,
    source: 'local',
  });
});

test('nothing available is an account without rewards', async () => {
  const { user_id } = await created('{"available_micro":0}');
  expect(await service.account(user_id)).toMatchObject({ available_micro: 0n, version: 1n });
  expect(await service.rewards(user_id)).toEqual([]);
});

describe('pending rewards and invoices', () => {
  const unlocks_at = '2030-01-01T00:00:00.000Z';
  const body = (more: object) => stringifyJson({ available_micro: 5n, ...more });

  test('stand in the tables as billing’s events would leave them', async () => {
    const { status, json } = await post(
      body({
        pending: [
          { amount_micro: 9007199254740993n, unlocks_at: '2030-01-01T01:00:00+01:00' },
          { amount_micro: 2n, unlocks_at: '2020-01-01T00:00:00Z' },
        ],
        invoices: [{ invoice_id: 'in-1', total_micro: 7n }, { total_micro: 8n }],
      }),
    );
    expect(status).toBe(201);
    const { user_id, rewards, invoices } = json as Record<'rewards' | 'invoices', string[]> & {
      user_id: string;
    };
    expect([rewards.length, invoices[0]]).toEqual([3, 'in-1']);
    expect(
      (await service.rewards(user_id)).find(({ reward_id }) => reward_id === rewards[1]),
    ).toMatchObject({
      status: 'pending',
      amount_micro: 9007199254740993n,
      unlocks_at,
      pending_until: unlocks_at,
      due_shard: user_id.slice(-1),
    });
    expect(await service.invoices(user_id)).toEqual(
      expect.arrayContaining([
        { user_id, invoice_id: 'in-1', status: 'open', total_micro: 7n },
        { user_id, invoice_id: invoices[1], status: 'open', total_micro: 8n },
      ]),
    );
  });

  test('add up to the account, in one change of it', async () => {
    const { user_id } = await service.newSession({
      available_micro: 5n,
      pending: Array.from({ length: 50 }, (_each, index) => ({
        amount_micro: BigInt(index + 1),
        unlocks_at,
      })),
      invoices: Array.from({ length: 50 }, () => ({ total_micro: 1n })),
    });
    expect(await service.account(user_id)).toEqual({
      user_id,
      pending_micro: 1275n,
      available_micro: 5n,
      reserved_micro: 0n,
      paid_out_micro: 0n,
      spent_micro: 0n,
      lifetime_micro: 1280n,
      version: 1n,
    });
    expect(await service.invoices(user_id)).toHaveLength(50);
  });

  test('reconciliation finds nothing to complain about', async () => {
    await service.newSession({ available_micro: 5n, pending: [{ amount_micro: 3n, unlocks_at }] });
    await service.newSession({
      pending: [{ amount_micro: 3n, unlocks_at }],
      invoices: [{ total_micro: 1n }],
    });
    expect(await service.run('Reconcile')).toMatchObject({ drifted: 0n });
  });

  test('an invoice that the user has already is refused, and nobody is signed in', async () => {
    const { user_id } = await service.newSession({
      invoices: [{ invoice_id: 'in-2', total_micro: 1n }],
    });
    const answer = await post(
      body({ user_id, invoices: [{ invoice_id: 'in-2', total_micro: 2n }] }),
    );
    expect(answer).toMatchObject(refusal(400, 'invalid_args'));
    expect(await service.account(user_id)).toBeUndefined();
  });
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
    ['7', 'The body must be a JSON object.'],
    ['{"pending":{}}', 'pending must be a list.'],
    ['{"pending":[7]}', 'pending must list objects with amount_micro and unlocks_at.'],
    ['{"pending":[{"amount_micro":0}]}', 'amount_micro must be positive.'],
    ['{"pending":[{"amount_micro":1,"unlocks_at":7}]}', 'unlocks_at must be a string.'],
    [
      '{"pending":[{"amount_micro":1,"unlocks_at":"soon"}]}',
      'unlocks_at must be an RFC 3339 time.',
    ],
    ['{"invoices":[{"total_micro":"1"}]}', 'total_micro must be an integer.'],
    [
      '{"invoices":[{"total_micro":1,"invoice_id":"a b"}]}',
      'invoice_id must be 1 to 128 visible ASCII characters.',
    ],
    [
      '{"invoices":[{"total_micro":1,"invoice_id":"a"},{"total_micro":1,"invoice_id":"a"}]}',
      'invoices must have different ids.',
    ],
    [
      `{"invoices":[${Array.from({ length: 51 }, () => '{"total_micro":1}')}]}`,
      'invoices may have at most 50 items.',
    ],
  ])('%s: %s', async (body, message) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      json: { error: 'invalid_args', message },
    });
  });

  test('an account that would leave int64', async () => {
    const { user_id } = await created('{"available_micro":9223372036854775807}');
    expect(await post(JSON.stringify({ user_id, available_micro: 1 }))).toMatchObject({
      status: 400,
      json: { message: 'The rewards would take the account beyond an int64.' },
    });
  });
});
