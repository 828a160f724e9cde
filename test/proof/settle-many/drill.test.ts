import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { drill } from './drill.ts';

const service = useService();

test('45 payouts on three networks are each paid once, whenever the command line is killed', async () => {
  const { wrong, killed, parts } = await drill({
    url: service.url,
    newUser: async (available_micro) => (await service.newSession({ available_micro })).cookie,
    payouts: 45,
    kills: 5,
    seed: 14,
  });
  expect(wrong).toEqual([]);
  expect(killed).toHaveLength(5);
  expect(parts).toBeGreaterThanOrEqual(4);
}, 600_000);
