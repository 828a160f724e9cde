import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

const getUser = (id: string) => service.operator('ann')('GET', `${PATHS.users}/${id}`);

test('a user without history has zeros', async () => {
  const user_id = randomUUID();
  const zero = Object.fromEntries(Object.keys(await given.balance()).map((name) => [name, 0n]));
  expect((await getUser(user_id)).json).toEqual({
    user_id,
    balance: zero,
    payouts: [],
    rewards: [],
  });
});

test('a user with history has the balance of /me, the last payouts and rewards', async () => {
  const { user_id, cookie } = given.session;
  const { status, json } = await getUser(user_id);
  const user = json as { payouts: unknown[]; rewards: { amount_micro: bigint }[] };
  expect([status, json]).toMatchObject([200, { user_id, balance: await given.balance() }]);
  expect(user.payouts).toEqual([await given.view()]);
  const { json: list } = await service.request('GET', PATHS.rewards, { cookie });
  expect(user.rewards).toEqual((list as { items: unknown[] }).items);
});

test('a user is the same in either case', async () => {
  const { user_id } = given.session;
  const { text } = await getUser(user_id);
  expect((await getUser(user_id.toUpperCase())).text).toBe(text);
});

test('what cannot be read is shown as such, beside the rest', async () => {
  const { user_id, cookie } = given.session;
  const later = await service.requestPayout(cookie, { amount_micro: 10_000_000n });
  await service.changePayout(user_id, given.payout.id, { history: 'lost' });
  const reward = { user_id, reward_id: 'corrupt', granted_key: '2026-01-01T00:00:00.000Z#corrupt' };
  await service.putReward(reward);
  const { status, json } = await getUser(user_id);
  expect([status, json]).toMatchObject([
    200,
    { payouts: [later, { id: given.payout.id, user_id, unreadable: true }] },
  ]);
  const { rewards } = json as { rewards: unknown[] };
  expect(rewards).toContainEqual({ id: 'corrupt', user_id, unreadable: true });
  expect((await service.request('GET', PATHS.payouts, { cookie })).json).toMatchObject({
    items: [later, given.payout],
  });
});

test('a user is asked for by a UUID', async () =>
  expect(await getUser('me')).toMatchObject(refusal(400, 'invalid_user_id')));
