/** What may land on the chain of the simulation, and what never will. */
import { describe, expect, test } from 'vitest';
import { Random } from '../history/random.ts';
import { Chain, SAFE, SENDER, type Transaction } from './chain.ts';
import { newAttempt } from './payers.ts';

const sentBy = (
  chain: Chain,
  seed: string,
  more: { payout?: string; network?: string; ahead?: number; through?: 'evm' | 'safe' } = {},
): Transaction => {
  const { payout = 'a', network = 'polygon', ahead = 0, through = 'evm' } = more;
  const told = newAttempt(chain, { network, seed, ahead, through });
  const transaction = { network, payout, told };
  chain.broadcast(transaction);
  return transaction;
};
const mine = (chain: Chain, blocks: number, seed = 'x'): Chain => {
  const random = new Random(seed);
  for (let block = 0; block < blocks; block++) chain.produce(random);
  return chain;
};

describe('a transaction', () => {
  test('waits, and then lands or can never land', () => {
    const chain = new Chain();
    const { network, told } = sentBy(chain, '1');
    expect([chain.hasLanded(told), chain.canNeverLand(network, told)]).toEqual([false, false]);
    mine(chain, 50);
    expect(chain.hasLanded(told)).toBe(!chain.canNeverLand(network, told));
  });

  test('of one nonce lands alone, in either order and for every seed', () => {
    const winners = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const chain = new Chain();
      const both = [sentBy(chain, 'first'), sentBy(chain, 'second')];
      mine(chain, 50, `${seed}`);
      const landed = both.filter(({ told }) => chain.hasLanded(told));
      expect(landed.length).toBeLessThanOrEqual(1);
      for (const { network, told } of both)
        expect(chain.canNeverLand(network, told)).toBe(!chain.hasLanded(told));
      winners.add(landed[0] ? both.indexOf(landed[0]) : -1);
      expect(chain.violations).toEqual([]);
    }
    expect(winners).toEqual(new Set([-1, 0, 1]));
  });

  test('of a Safe has nonces of its own, and none overtakes the one before', () => {
    const chain = new Chain();
    const { told } = sentBy(chain, '1', { through: 'safe', ahead: 1 });
    while (!chain.hasLanded(told) && !chain.canNeverLand('polygon', told)) {
      expect(chain.nextNonce('polygon', SAFE)).toBeLessThanOrEqual(1);
      mine(chain, 1, `${chain.height}`);
    }
    expect(chain.nextNonce('polygon', SAFE)).toBe(2);
    expect(chain.nextNonce('ethereum', SENDER)).toBeGreaterThanOrEqual(0);
  });

  test('of Solana lands up to its block height, and never after it', () => {
    const [chain, late] = [new Chain(), new Chain()];
    const { network, told } = sentBy(chain, '1', { network: 'solana' });
    mine(chain, 50);
    expect(chain.hasLanded(told)).toBe(true);
    mine(late, 50);
    late.broadcast({ network, payout: 'a', told });
    expect(late.canNeverLand(network, told)).toBe(true);
    expect(mine(late, 50).hasLanded(told)).toBe(false);
  });

  test('that is sent again, also after it landed, pays once', () => {
    const chain = new Chain();
    const sent = sentBy(chain, '1', { network: 'solana' });
    chain.broadcast(sent);
    mine(chain, 50);
    chain.broadcast(sent);
    mine(chain, 50);
    expect(chain.sentFor('a')).toEqual([sent]);
    expect(chain.violations).toEqual([]);
  });
});

test('two that land for one payout are a broken rule', () => {
  const chain = new Chain();
  sentBy(chain, '1', { network: 'solana' });
  sentBy(chain, '2', { network: 'solana' });
  mine(chain, 50);
  expect(chain.violations).toEqual([expect.stringContaining('payout a was paid by')]);
});
