import { expect, test } from 'vitest';
import { CROSS_SITE, JSON_TYPE, PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { testIdsOfOthers, useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

const account = async () => {
  const { available_micro, reserved_micro, version } =
    (await service.account(given.session.user_id)) ?? {};
  return { available_micro, reserved_micro, version };
};
const RESERVED = { available_micro: 15_000_000n, reserved_micro: 25_000_000n };
const RETURNED = { available_micro: 40_000_000n, reserved_micro: 0n };

test('a cancelled payout gives its money back at once', async () => {
  const { status, json } = await given.cancel();
  expect([status, json]).toEqual([
    200,
    { ...given.payout, status: 'cancelled', completed_at: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);
  expect((await given.get()).json).toEqual(json);
  expect(await account()).toMatchObject(RETURNED);
  const [stored] = await service.payouts(given.session.user_id);
  expect(stored?.history).toMatchObject([
    { status: 'requested', by: 'user' },
    { status: 'cancelled', by: 'user' },
  ]);
});

test('a repeated cancel answers the same bytes and gives nothing back', async () => {
  const first = await given.cancel();
  const before = await account();
  expect((await given.cancel()).text).toBe(first.text);
  expect(await account()).toEqual(before);
});

test('twenty cancels at once give the money back once', async () => {
  const texts = await Promise.all(
    Array.from({ length: 20 }, async () => (await given.cancel()).text),
  );
  expect(new Set(texts).size).toBe(1);
  expect(await account()).toMatchObject(RETURNED);
});

test.each(['processing', 'sent', 'failed'])(
  'a payout that is %s cannot be cancelled',
  async (status) => {
    await service.changePayout(given.session.user_id, given.payout.id, { status });
    expect(await given.cancel()).toMatchObject(refusal(409, 'payout_not_actionable'));
    expect(await account()).toMatchObject(RESERVED);
  },
);

test('whatever a cancel has for a body, nobody reads it', async () => {
  const { cookie } = given.session;
  const { status } = await service.request('POST', `${PATHS.payouts}/${given.payout.id}/cancel`, {
    cookie,
    headers: JSON_TYPE,
    body: '{"status":"sent"',
  });
  expect(status).toBe(200);
});

testIdsOfOthers(service, given, given.cancel);

test.each(['x', undefined])('without a session there is nothing to cancel, id %s', async (id) =>
  expect((await given.cancel(id, { cookie: '' })).json).toMatchObject({ error: 'unauthenticated' }),
);

test('a page of another site cannot cancel', async () => {
  expect(await given.cancel(undefined, CROSS_SITE)).toMatchObject(refusal(401, 'unauthenticated'));
  expect(await account()).toMatchObject(RESERVED);
});
