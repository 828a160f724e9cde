/** The networks of payouts. A new one is a line here and, unless it is an EVM chain, a file. */
import type { AttemptKind } from '../settlement/records.ts';
import { evmAddress, evmTxHash, isPayableEvmAddress } from './evm.ts';
import { isPayableSolanaAddress, solanaTxHash } from './solana.ts';

type NetworkRules = {
  isPayable: (address: string) => boolean;
  /** The hash of a transaction as it is stored; undefined for what is none, or a placeholder. */
  txHash: (text: string) => string | undefined;
};

export const networks = {
  solana: { isPayable: isPayableSolanaAddress, txHash: solanaTxHash },
  ethereum: { isPayable: isPayableEvmAddress, txHash: evmTxHash },
  polygon: { isPayable: isPayableEvmAddress, txHash: evmTxHash },
} as const satisfies Record<string, NetworkRules>;

export type Network = keyof typeof networks;

/** Nothing here knows the form of a hash on a network that is not here any more. */
const HASH_ELSEWHERE = /^[\x21-\x7E]{1,128}$/;

/**
 * The hash that this text spells as it is stored, in the one spelling that its network knows;
 * undefined where no transaction of the network can have it.
 */
export function txHashOn(network: string, text: string): string | undefined {
  if (isOffered(network)) return networks[network].txHash(text);
  return HASH_ELSEWHERE.test(text) ? text : undefined;
}

/** How transactions of this network are told before they are sent; not at all once it is gone. */
export function attemptKindsOn(network: string): readonly AttemptKind[] {
  if (!isOffered(network)) return [];
  return networks[network].txHash === evmTxHash ? ['evm', 'safe'] : ['solana'];
}

/** The address in the one spelling of its network: on an EVM chain it is one number in any case. */
export const addressOn = (network: string, address: string): string =>
  (attemptKindsOn(network).includes('evm') && evmAddress(address)) || address;

const isOffered = (network: string): network is Network => Object.hasOwn(networks, network);

export const networkNames = Object.keys(networks) as [Network, ...Network[]];
