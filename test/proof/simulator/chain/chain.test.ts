/** What may land on the chain of the simulation, and what never will. */
import { describe, expect, test } from 'vitest';
import { Random } from '../history/random.ts';
import { Chain } from './chain.ts';
import { newAttempt } from './payers.ts';
import { paymentsIn, SAFE, SENDER, type Transaction, transactionOf } from './transactions.ts';

const ADDRESS = '0xde709f2102306220921060314715629080e2fb77';
const paid = (id: string) => ({ id, address: ADDRESS, amountMicro: 10_000_000n });

const sentBy = (
  chain: Chain,
  seed: string,
  more: { payout?: string; network?: string; ahead?: number; through?: 'evm' | 'safe' } = {},
): Transaction => {
  const { payout = 'a', network = 'polygon', ahead = 0, through = 'evm' } = more;
  const told = newAttempt(chain, { network, seed, ahead, through });
  const transaction = transactionOf(network, told, [paid(payout)]);
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
    expect(chain.finalOf(told) !== undefined).toBe(!chain.canNeverLand(network, told));
  });

  test('of one nonce lands alone, in either order and for every seed', () => {
    const winners = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const chain = new Chain();
      const both = [sentBy(chain, 'first'), sentBy(chain, 'second')];
      mine(chain, 50, `${seed}`);
      const landed = both.filter(({ told }) => chain.finalOf(told));
      expect(landed.length).toBeLessThanOrEqual(1);
      for (const { network, told } of both)
        expect(chain.canNeverLand(network, told)).toBe(!chain.finalOf(told));
      winners.add(landed[0] ? both.indexOf(landed[0]) : -1);
    }
    expect(winners).toEqual(new Set([-1, 0, 1]));
  });

  test('of a Safe has nonces of its own, and none overtakes the one before', () => {
    const chain = new Chain();
    const { told } = sentBy(chain, '1', { through: 'safe', ahead: 1 });
    while (!chain.finalOf(told) && !chain.canNeverLand('polygon', told)) {
      expect(chain.ledger('polygon').final.nonces.get(SAFE)).toBeLessThanOrEqual(1);
      mine(chain, 1, `${chain.height}`);
    }
    expect(chain.ledger('polygon').final.nonces.get(SAFE)).toBe(2);
    expect(chain.nextNonce('ethereum', SENDER)).toBeGreaterThanOrEqual(0);
  });

  test('of Solana lands up to its block height, and never after it', () => {
    const [chain, late] = [new Chain(), new Chain()];
    const { network, told } = sentBy(chain, '1', { network: 'solana' });
    mine(chain, 50);
    expect(chain.hasLanded(told)).toBe(true);
    mine(late, 50);
    late.broadcast(transactionOf(network, told, [paid('a')]));
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
  });
});

test('what a reorganisation takes away is not final, and what is final it never takes', () => {
  let [taken, kept] = [0, 0];
  for (let seed = 0; seed < 20; seed++) {
    const [chain, random] = [new Chain(), new Random(`${seed} reorganises`)];
    const transactions = Array.from({ length: 10 }, (_, index) =>
      sentBy(chain, `${index}`, { network: 'ethereum', ahead: index }),
    );
    const finals = new Map<string, string>();
    for (let block = 0; block < 40; block++) {
      const before = transactions.filter(({ told }) => chain.hasLanded(told));
      chain.produce(random);
      taken += before.filter(({ told }) => !chain.hasLanded(told)).length;
      for (const { told } of transactions) {
        const hash = chain.finalOf(told)?.block.hash;
        if (hash === undefined && !finals.has(told.id)) continue;
        expect(finals.get(told.id) ?? hash).toBe(hash);
        finals.set(told.id, hash ?? '');
      }
    }
    kept += finals.size;
  }
  expect(taken).toBeGreaterThan(5);
  expect(kept).toBeGreaterThan(20);
});

test('what a transaction does is a matter of its name, and mostly pays what was meant', () => {
  const chain = new Chain();
  const pays = (id: number) =>
    paymentsIn(sentBy(chain, `name ${id}`, { ahead: id }), paid('a')).length > 0;
  const right = Array.from({ length: 300 }, (_, id) => pays(id)).filter(Boolean).length;
  expect(right).toBeGreaterThan(200);
  expect(right).toBeLessThan(270);
  expect(sentBy(chain, 'name 1')).toEqual(sentBy(new Chain(), 'name 1'));
});

test('two that are alike may be taken for one in a transaction that pays many', () => {
  const chain = new Chain();
  const counts = Array.from({ length: 100 }, (_, index) => {
    const told = newAttempt(chain, { network: 'ethereum', seed: `${index}`, through: 'safe' });
    return transactionOf('ethereum', told, [paid('a'), paid('b')]).moves.length;
  });
  expect(new Set(counts)).toEqual(new Set([0, 1, 2]));
});
