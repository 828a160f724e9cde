/** The networks of payouts. A new one is a line here and, unless it is an EVM chain, a file. */
import { isEvmTxHash, isPayableEvmAddress } from './evm.ts';
import { isPayableSolanaAddress, isSolanaTxHash } from './solana.ts';

type NetworkRules = {
  isPayable: (address: string) => boolean;
  /** Whether a transaction of this network can have this hash. */
  isTxHash: (hash: string) => boolean;
};

export const networks = {
  solana: { isPayable: isPayableSolanaAddress, isTxHash: isSolanaTxHash },
  ethereum: { isPayable: isPayableEvmAddress, isTxHash: isEvmTxHash },
  polygon: { isPayable: isPayableEvmAddress, isTxHash: isEvmTxHash },
} as const satisfies Record<string, NetworkRules>;

export type Network = keyof typeof networks;

/** Nothing here knows the form of a hash on a network that is not here any more. */
const HASH_ELSEWHERE = /^[\x21-\x7E]{1,128}$/;

/** Whether a transaction of the network can have this hash. */
export const isTxHash = (network: string, hash: string): boolean =>
  isOffered(network) ? networks[network].isTxHash(hash) : HASH_ELSEWHERE.test(hash);

const isOffered = (network: string): network is Network => Object.hasOwn(networks, network);

export const networkNames = Object.keys(networks) as [Network, ...Network[]];
