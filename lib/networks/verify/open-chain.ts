/** The chain of a network, as its providers tell of it. */
import type { ChainSettings } from '../../chain-settings.ts';
import type { Chain } from '../../settlement/on-chain.ts';
import { attemptKindsOn } from '../index.ts';
import type { ProviderOptions } from './agree.ts';

/**
 * The chain that these providers (URLs of JSON-RPC over HTTP) know. The library of its network is
 * loaded only now, so that whoever has no verifier does not wait for it.
 */
export async function openChain(
  network: string,
  settings: ChainSettings,
  urls: readonly string[],
  options: ProviderOptions,
): Promise<Chain> {
  if (attemptKindsOn(network).includes('evm')) {
    const { evmChain } = await import('./evm-chain.ts');
    return evmChain(settings, urls, options);
  }
  const { solanaChain } = await import('./solana-chain.ts');
  return solanaChain(settings, urls, options);
}
