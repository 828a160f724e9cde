/**
 * What payouts set off beside the requests: an event for each change of status, and the measured
 * queue.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Payout } from '../../lib/payout.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ publish: true });
});
afterAll(() => service.stop());

const measured = async (): Promise<unknown> => {
  service.logs.length = 0;
  await service.run('MeasureQueue');
  const lines = service.logs.map((line) => JSON.parse(line).message);
  return lines.find(({ event }) => event === 'queue_measured');
};

test('a payout leaves an event for each status it had, and the queue gets older until it is settled', async () => {
  expect(await measured()).toEqual({
    event: 'queue_measured',
    oldest_requested_s: 0,
    oldest_processing_s: 0,
  });

  const { cookie } = await service.newSession({ available_micro: 40_000_000n });
  const { json } = await service.request('POST', '/v1/referrals/payouts', {
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({
      amount_micro: 25_000_000,
      network: 'solana',
      address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    }),
  });
  const { id, user_id } = json as Payout;
  await service.changePayout(user_id, id, {
    history: [{ status: 'requested', at: new Date(Date.now() - 90_500).toISOString(), by: 'user' }],
  });
  expect(await measured()).toMatchObject({ oldest_requested_s: 90, oldest_processing_s: 0 });

  const ann = service.operator('ann');
  await ann('POST', `/v1/admin/referrals/payouts/${id}/processing`);
  expect(await measured()).toMatchObject({ oldest_requested_s: 0 });
  await ann('POST', `/v1/admin/referrals/payouts/${id}/cancelled`, {
    headers: { 'content-type': 'application/json' },
    body: '{"note":"on request"}',
  });

  const events = await service.published(3);
  expect(events.map((event) => [event['detail-type'], event.detail.previous_status])).toEqual([
    ['referral.payout.requested', null],
    ['referral.payout.processing', 'requested'],
    ['referral.payout.cancelled', 'processing'],
  ]);
  const { json: shown } = await service.request('GET', `/v1/referrals/payouts/${id}`, {
    headers: { cookie },
  });
  expect(events[2]?.detail.payout).toEqual(shown);
});
