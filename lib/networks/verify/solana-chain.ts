import type { ChainSettings } from '../../config.ts';
import type { Chain } from '../../settlement/on-chain.ts';
import type { ProviderOptions } from './agree.ts';
export declare function solanaChain(
  settings: ChainSettings,
  urls: readonly string[],
  options: ProviderOptions,
): Chain;
