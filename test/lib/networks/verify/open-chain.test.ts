import { expect, test } from 'vitest';
import { openChain } from '../../../../lib/networks/verify/open-chain.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { useEvmNetwork } from '../../../support/evm-network.ts';
import { ADDRESSES, HASHES } from '../../../support/samples.ts';

const OPTIONS = { timeoutMs: 10_000 };
const HASH = `0x${'5a'.repeat(32)}`;

test('an EVM network wants the number of its chain', async () => {
  const settings = { token: HASH, decimals: 6, senders: [HASH] };
  await expect(openChain('ethereum', settings, [], OPTIONS)).rejects.toThrow('lack its chainId');
});

test('Solana has no such number', async () => {
  const settings = { token: ADDRESSES.solana, decimals: 6, senders: [ADDRESSES.solana] };
  const chain = await openChain('solana', settings, ['http://127.0.0.1:9/'], OPTIONS);
  // Nobody is there, and what is asked has the form that Solana knows.
  await expect(chain.sightingOf(HASHES.solana)).rejects.toThrow(UndecidedError);
});

describeOnChain('evm')('on a chain', () => {
  const network = useEvmNetwork();

  test.each(['ethereum', 'polygon'])('%s is asked as an EVM chain', async (name) => {
    const urls = [network.proxy.url, network.proxy.url];
    const chain = await openChain(name, network.settings, urls, OPTIONS);
    expect(await chain.sightingOf(HASH)).toEqual({ is: 'unseen' });
  });
});
