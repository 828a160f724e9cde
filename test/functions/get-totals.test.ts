import { expect, test } from 'vitest';
import { PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();

const totals = async () => (await service.operator('ann')('GET', PATHS.totals)).json;

test('the totals follow a payout from its request over its claim to its end', async () => {
  expect(await totals()).toEqual({ totals: [], unreadable: 0n, is_complete: true });
  const { cookie } = await service.newSession({ available_micro: 50_000_000n });
  const [first, second] = [
    await service.requestPayout(cookie),
    await service.requestPayout(cookie),
  ];
  const { network, amount_micro } = first;
  const of = (status: string, count: bigint, oldest_since: unknown) => {
    const sum_micro = count * BigInt(amount_micro);
    return { network, status, count, sum_micro, oldest_since, oldest_s: expect.any(BigInt) };
  };
  expect(await totals()).toMatchObject({ totals: [of('requested', 2n, first.requested_at)] });

  const operate = (step: string, body?: object) =>
    service.operator('ann')('POST', `${PATHS.queue}/${first.id}/${step}`, { body });
  await operate('processing');
  expect(await totals()).toMatchObject({
    totals: [of('processing', 1n, expect.any(String)), of('requested', 1n, second.requested_at)],
  });
  await operate('failed', { note: 'no' });
  expect(await totals()).toMatchObject({ totals: [of('requested', 1n, second.requested_at)] });
});

test('a payout that cannot be read is counted', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 50_000_000n });
  const { id } = await service.requestPayout(cookie);
  await service.changePayout(user_id, id, { amount_micro: 'a lot' });
  expect(await totals()).toMatchObject({ unreadable: 1n, is_complete: true });
});

test('nobody gets them unsigned', async () =>
  expect((await service.request('GET', PATHS.totals)).status).toBe(403));
