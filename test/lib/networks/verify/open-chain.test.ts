import { expect, test } from 'vitest';
import { openChain } from '../../../../lib/networks/verify/open-chain.ts';
import { systemTime } from '../../../../lib/time.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { useEvmNetwork } from '../../../support/evm-network.ts';

const OPTIONS = { timeoutMs: 10_000, time: systemTime };
const HASH = `0x${'5a'.repeat(32)}`;

test('an EVM network wants the number of its chain', async () => {
  const settings = { token: HASH, decimals: 6, senders: [HASH] };
  await expect(openChain('ethereum', settings, [], OPTIONS)).rejects.toThrow('lack its chainId');
});

describeOnChain('evm')('on a chain', () => {
  const network = useEvmNetwork();

  test.each(['ethereum', 'polygon'])('%s is asked as an EVM chain', async (name) => {
    const urls = [network.proxy.url, network.proxy.url];
    const chain = await openChain(name, network.settings, urls, OPTIONS);
    expect(await chain.sightingOf(HASH)).toEqual({ is: 'unseen' });
  });
});
