import { expect, test } from 'vitest';
import { PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { testIdsOfOthers, useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

test('a payout is shown as its request was answered', async () =>
  expect(await given.get()).toMatchObject({ status: 200, json: given.payout }));

test('an id in upper case is the same id', async () =>
  expect((await given.get(given.payout.id.toUpperCase())).json).toEqual(given.payout));

testIdsOfOthers(service, given, given.get);

test('without a session there is nothing to see', async () =>
  expect((await given.get(given.payout.id, { cookie: '' })).json).toMatchObject({
    error: 'unauthenticated',
  }));

test("an operator's signature opens nothing here", async () => {
  const { status } = await service.operator()('GET', `${PATHS.payouts}/${given.payout.id}`);
  expect(status).toBe(401);
});
