/** The networks a payout can be sent on. A new one is its line here and, unless it is an EVM chain, its file. */
import { isPayableEvmAddress } from './evm.ts';
import { isPayableSolanaAddress } from './solana.ts';

type NetworkRules = { isPayable: (address: string) => boolean };

export const networks = {
  solana: { isPayable: isPayableSolanaAddress },
  ethereum: { isPayable: isPayableEvmAddress },
  polygon: { isPayable: isPayableEvmAddress },
} as const satisfies Record<string, NetworkRules>;

export type Network = keyof typeof networks;

export const networkNames = Object.keys(networks) as [Network, ...Network[]];
