import type { ChainSettings } from '../../config.ts';
import type { Chain } from '../../settlement/on-chain.ts';
import type { ProviderOptions } from './open-chain.ts';
export declare function solanaChain(
  settings: ChainSettings,
  urls: readonly string[],
  options: ProviderOptions,
): Chain;
