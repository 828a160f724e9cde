import { expect, test } from 'vitest';
import { patience } from '../../support/patience.ts';
import { useService } from '../../support/service.ts';
import { drill } from './drill.ts';
import { partsIn, settleAll } from './sitting.ts';

const service = useService();

const settings = () => ({
  url: service.url,
  newUser: async (available_micro: bigint) =>
    (await service.newSession({ available_micro })).cookie,
  seed: 14,
});

test('payouts on three networks are each paid once, whenever the command line is killed', {
  timeout: patience(120_000),
}, async () => {
  const { wrong, killed, parts } = await drill({ ...settings(), payouts: 36, kills: 4 });
  expect(wrong).toEqual([]);
  expect(killed).toHaveLength(4);
  expect(parts).toBeGreaterThanOrEqual(4);
});

test('a file that is paid a second time is seen', { timeout: patience(60_000) }, async () => {
  const { wrong } = await drill({
    ...settings(),
    payouts: 3,
    kills: 0,
    settle: async (operator, folder, chain) => {
      await settleAll(operator, folder, chain);
      const [first = ''] = partsIn(folder);
      const [transfers = []] = chain.landed.values();
      chain.landed.set(`${first}, signed anew`, transfers);
    },
  });
  expect(wrong).toEqual([
    'the chains paid 4 times for 3 payouts; amiss: ',
    '4 transactions of 3 files landed',
  ]);
});
