/** The model's chain as the service's own verifiers see it, by providers that are well and that are not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChain } from '../../../../lib/networks/verify/open-chain.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { patience } from '../../../support/patience.ts';
import { Random } from '../history/random.ts';
import type { Attempt } from '../model/model.ts';
import { Chain } from './chain.ts';
import { fateOf } from './facts.ts';
import { newAttempt } from './payers.ts';
import { PROVIDERS_KEY, Providers } from './providers.ts';
import { transactionOf, VERIFIED } from './transactions.ts';

const providers = new Providers();
beforeAll(() => providers.open());
afterAll(() => providers.close());

type Network = keyof typeof VERIFIED;
const ADDRESSES = {
  ethereum: '0xde709f2102306220921060314715629080e2fb77',
  solana: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

/** Attempts of every kind, of which some have landed, some died, and some wait. */
function attemptsOn(chain: Chain, network: Network): Attempt[] {
  const random = new Random(`${network} blocks`);
  const attempts: Attempt[] = [];
  for (let index = 0; index < 40; index++) {
    const through = index % 3 === 0 ? 'safe' : 'evm';
    const told = newAttempt(chain, { network, seed: `${index}`, through, ahead: index % 2 });
    const payable = { id: `${index}`, address: ADDRESSES[network], amountMicro: 10_000_000n };
    // Some were recorded and never sent.
    if (index % 5 > 0) chain.broadcast(transactionOf(network, told, [payable]));
    const { nonce, last_valid_block_height: height, ...others } = told;
    attempts.push({
      ...{ ...others, state: 'open', by: 'ann', recorded_at: new Date().toISOString() },
      ...(nonce !== undefined && { nonce: BigInt(nonce) }),
      ...(height !== undefined && { last_valid_block_height: BigInt(height) }),
    });
    if (index % 2 === 0) chain.produce(random, Date.now());
  }
  return attempts;
}

const verifierOf = (network: Network, timeoutMs: number) =>
  openChain(network, VERIFIED[network], providers.urlsOf(network), { timeoutMs });

describe.each(['ethereum', 'solana'] as const)('on %s', (network) => {
  test('what is final is the same to the verifier as to the model', async () => {
    providers.chain = new Chain();
    const attempts = attemptsOn(providers.chain, network);
    providers.begin('well', true);
    const verifier = await verifierOf(network, patience(3000));
    const kinds = new Set<string>();
    for (const attempt of attempts) {
      const fate = await verifier.fateOf(attempt as never);
      expect(fate).toMatchObject(fateOf(providers.chain, network, attempt));
      kinds.add(fate.is);
    }
    expect(kinds).toEqual(new Set(['final', 'gone', 'open']));
  });

  test('a provider that is not well delays, and never decides', {
    timeout: patience(30_000),
  }, async () => {
    providers.chain = new Chain();
    const attempts = attemptsOn(providers.chain, network);
    const before = { ...providers.counts };
    let undecided = 0;
    for (let step = 0; step < 60; step++) {
      providers.begin(`${step}`, false);
      const verifier = await verifierOf(network, 300);
      const attempt = new Random(`${step} attempt`).pick(attempts) as Attempt;
      const isUnheard = providers.isUnheard(network);
      const fate = await verifier.fateOf(attempt as never).catch((error) => {
        expect(error).toBeInstanceOf(UndecidedError);
        expect(String(error)).not.toContain(PROVIDERS_KEY);
        undecided++;
      });
      if (!fate) continue;
      expect(isUnheard).toBe(false);
      // Where one lags, what is final may not have come to all of them.
      const truth = fateOf(providers.chain, network, attempt);
      if (fate.is !== 'open') expect(fate.is).toBe(truth.is);
    }
    expect(undecided).toBeGreaterThan(5);
    const asked = (way: string) => (providers.counts[way] ?? 0) - (before[way] ?? 0);
    expect(['lags', 'lies'].map(asked).every((count) => count > 0)).toBe(true);
  });
});
