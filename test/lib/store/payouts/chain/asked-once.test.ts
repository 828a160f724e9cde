import { expect, test } from 'vitest';
import { type Chain, type Fate, UndecidedError } from '../../../../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../../../../lib/settlement/records.ts';
import { askedOnce } from '../../../../../lib/store/payouts/chain/asked-once.ts';
import { attempt, TX_2 } from '../../../settlement/on-chain-samples.ts';

const counting = (answer: () => Promise<Fate>) => {
  const asked: Attempt[] = [];
  const fateOf: Chain['fateOf'] = (about) => {
    asked.push(about);
    return answer();
  };
  return { asked, chain: askedOnce({ fateOf } as Chain) };
};
const OPEN = async (): Promise<Fate> => ({ is: 'open' });
const at = (time: string) => `2026-11-22T${time}.000Z`;

test('the attempt of many payouts is asked about once', async () => {
  const { asked, chain } = counting(OPEN);
  const fates = await Promise.all([1, 2, 3].map(() => chain.fateOf(attempt())));
  expect([fates, asked.length]).toEqual([[{ is: 'open' }, { is: 'open' }, { is: 'open' }], 1]);
});

test('one that was recorded earlier is asked about anew, and from then on is known', async () => {
  const { asked, chain } = counting(OPEN);
  for (const time of ['10:00:00', '09:00:00', '09:00:00', '10:00:00', '09:30:00'])
    await chain.fateOf(attempt({ recorded_at: at(time) }));
  expect(asked.map(({ recorded_at }) => recorded_at)).toEqual([at('10:00:00'), at('09:00:00')]);
});

test.each<[string, Partial<Attempt>]>([
  ['id', { id: TX_2 }],
  ['kind', { kind: 'safe' }],
  ['sender', { sender: '0x1' }],
  ['nonce', { nonce: 5n }],
  ['Safe', { safe: '0x1' }],
  ['last block height', { last_valid_block_height: 7n }],
])('one of another %s is another', async (_what, other) => {
  const { asked, chain } = counting(OPEN);
  await chain.fateOf(attempt());
  await chain.fateOf(attempt(other));
  expect(asked).toHaveLength(2);
});

test('what is undecided is so for all', async () => {
  const { asked, chain } = counting(async () => {
    throw new UndecidedError('they differ');
  });
  for (const _ of [1, 2]) await expect(chain.fateOf(attempt())).rejects.toThrow('they differ');
  expect(asked).toHaveLength(1);
});
