/** A payout as its owner handles it: looked at, and taken back. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Payout } from '../../lib/payout.ts';
import { type Service, type Session, startService } from '../support/service.ts';

const PATH = '/v1/referrals/payouts';

let service: Service;
let session: Session;
let payout: Payout;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

beforeEach(async () => {
  session = await service.newSession({ available_micro: 40_000_000n });
  const { json } = await service.request('POST', PATH, {
    headers: { 'content-type': 'application/json', cookie: session.cookie },
    body: JSON.stringify({
      amount_micro: 25_000_000,
      network: 'solana',
      address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    }),
  });
  payout = json as Payout;
});

const get = (id: string, cookie = session.cookie) =>
  service.request('GET', `${PATH}/${id}`, { headers: { cookie } });
const cancel = (id: string, headers: Record<string, string> = {}) =>
  service.request('POST', `${PATH}/${id}/cancel`, {
    headers: { cookie: session.cookie, ...headers },
  });

const books = async () => {
  const { available_micro, reserved_micro, version } =
    (await service.account(session.user_id)) ?? {};
  return { available_micro, reserved_micro, version };
};
const RESERVED = { available_micro: 15_000_000n, reserved_micro: 25_000_000n };
const RETURNED = { available_micro: 40_000_000n, reserved_micro: 0n };

test('a payout is shown as its request was answered', async () =>
  expect(await get(payout.id)).toMatchObject({ status: 200, json: payout }));

test('an id in upper case is the same id', async () =>
  expect((await get(payout.id.toUpperCase())).json).toEqual(payout));

test('a cancelled payout gives its money back at once', async () => {
  const { status, json } = await cancel(payout.id);
  expect([status, json]).toEqual([
    200,
    { ...payout, status: 'cancelled', completed_at: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);
  expect((await get(payout.id)).json).toEqual(json);
  expect(await books()).toMatchObject(RETURNED);
  const [stored] = await service.payouts(session.user_id);
  expect(stored?.history).toMatchObject([
    { status: 'requested', by: 'user' },
    { status: 'cancelled', by: 'user' },
  ]);
});

test('a repeated cancel answers the same bytes and gives nothing back', async () => {
  const first = await cancel(payout.id);
  const before = await books();
  expect((await cancel(payout.id)).text).toBe(first.text);
  expect(await books()).toEqual(before);
});

test('twenty cancels at once give the money back once', async () => {
  const texts = await Promise.all(
    Array.from({ length: 20 }, async () => (await cancel(payout.id)).text),
  );
  expect(new Set(texts).size).toBe(1);
  expect(await books()).toMatchObject(RETURNED);
});

test.each(['processing', 'sent', 'failed'])(
  'a payout that is %s cannot be cancelled',
  async (status) => {
    await service.changePayout(session.user_id, payout.id, { status });
    expect(await cancel(payout.id)).toMatchObject({
      status: 409,
      json: { error: 'payout_not_actionable' },
    });
    expect(await books()).toMatchObject(RESERVED);
  },
);

test('whatever a cancel has for a body, nobody reads it', async () => {
  const { status } = await service.request('POST', `${PATH}/${payout.id}/cancel`, {
    headers: { cookie: session.cookie, 'content-type': 'application/json' },
    body: '{"status":"sent"',
  });
  expect(status).toBe(200);
});

describe('ids that are not the user’s look the same', () => {
  test.each([
    ['unknown', async () => randomUUID()],
    ['malformed', async () => 'x'],
    ['of nothing printable', async () => '%00'],
    [
      "another user's",
      async () => {
        const mine = payout.id;
        session = await service.newSession({});
        return mine;
      },
    ],
  ])('%s', async (_name, idOf) => {
    const id = await idOf();
    for (const { status, json } of [await get(id), await cancel(id)])
      expect([status, json]).toEqual([
        404,
        {
          error: 'payout_not_found',
          message: 'There is no payout with this id.',
          request_id: expect.any(String),
        },
      ]);
  });
});

test('without a session there is nothing to see or to cancel', async () => {
  expect((await get(payout.id, '')).json).toMatchObject({ error: 'unauthenticated' });
  expect((await cancel(payout.id, { cookie: '' })).json).toMatchObject({
    error: 'unauthenticated',
  });
  expect((await cancel('x', { cookie: '' })).json).toMatchObject({ error: 'unauthenticated' });
});

test('a page of another site cannot cancel', async () => {
  const { status, json } = await cancel(payout.id, {
    origin: 'https://evil.example',
    'sec-fetch-site': 'cross-site',
  });
  expect([status, json]).toMatchObject([401, { error: 'unauthenticated' }]);
  expect(await books()).toMatchObject(RESERVED);
});

test("an operator's signature opens nothing here", async () => {
  const { status } = await service.operator()('GET', `${PATH}/${payout.id}`);
  expect(status).toBe(401);
});
