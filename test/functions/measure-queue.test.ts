import { expect, test } from 'vitest';
import { PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();

const measured = async (): Promise<unknown> => {
  service.logs.length = 0;
  await service.run('MeasureQueue');
  const lines = service.logs.map((line) => JSON.parse(line).message);
  return lines.find(({ event }) => event === 'queue_measured');
};

test('the queue gets older until its payout is taken out of it', async () => {
  expect(await measured()).toEqual({
    event: 'queue_measured',
    oldest_requested_s: 0,
    oldest_processing_s: 0,
  });

  const { cookie } = await service.newSession({ available_micro: 40_000_000n });
  const { id, user_id } = await service.requestPayout(cookie);
  await service.changePayout(user_id, id, {
    history: [{ status: 'requested', at: new Date(Date.now() - 90_500).toISOString(), by: 'user' }],
  });
  expect(await measured()).toMatchObject({ oldest_requested_s: 90, oldest_processing_s: 0 });

  await service.operator('ann')('POST', `${PATHS.queue}/${id}/processing`);
  expect(await measured()).toMatchObject({ oldest_requested_s: 0 });
});
