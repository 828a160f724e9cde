import { afterEach, expect, test, vi } from 'vitest';
import { readChains } from '../../lib/chain-settings.ts';

afterEach(() => vi.unstubAllEnvs());

test('chains are asked for what is paid there, and by whom', () => {
  const chain = { token: '0xa', decimals: 6, senders: ['0xb'] };
  const chains = { ethereum: { ...chain, chainId: 1 }, solana: chain };
  vi.stubEnv('CHAIN_SECRET', 'secret');
  vi.stubEnv('CHAINS', JSON.stringify(chains));
  expect(readChains()).toEqual({ CHAINS: chains, CHAIN_SECRET: 'secret' });
  vi.stubEnv('CHAINS', '{}');
  expect(readChains()).toEqual({ CHAINS: {}, CHAIN_SECRET: 'secret' });
  const wrong = [{ token: '' }, { decimals: 1.5 }, { decimals: -1 }, { senders: [] }];
  for (const text of [
    '',
    'none',
    ...wrong.map((one) => JSON.stringify({ a: { ...chain, ...one } })),
  ]) {
    vi.stubEnv('CHAINS', text);
    expect(() => readChains()).toThrow('The environment variable CHAINS is');
  }
});
