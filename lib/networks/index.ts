/** The networks of payouts. A new one is a line here and, unless it is an EVM chain, a file. */
import type { AttemptKind } from '../settlement/records.ts';
import { evmAddress, evmTxHash, isPayableEvmAddress } from './evm.ts';
import { isPayableSolanaAddress, solanaTxHash } from './solana.ts';

/** The networks that are offered, each with the kind of chain that it is. */
export const networks = {
  solana: 'solana',
  ethereum: 'evm',
  polygon: 'evm',
} as const satisfies Record<string, 'solana' | 'evm'>;

export type Network = keyof typeof networks;
type Kind = (typeof networks)[Network];

// One table for each rule, so that a function carries only those that it asks.
const PAYABLE = { solana: isPayableSolanaAddress, evm: isPayableEvmAddress };
const TX_HASHES = { solana: solanaTxHash, evm: evmTxHash };
const ATTEMPT_KINDS = {
  solana: ['solana'],
  evm: ['evm', 'safe'],
} as const satisfies Record<Kind, readonly AttemptKind[]>;

/** Whether money sent to this address reaches someone, as far as its text can tell. */
export const isPayableOn = (network: Network, address: string): boolean =>
  PAYABLE[networks[network]](address);

/** Nothing here knows the form of a hash on a network that is not here any more. */
const HASH_ELSEWHERE = /^[\x21-\x7E]{1,128}$/;

/**
 * The hash that this text spells as it is stored, in the one spelling that its network knows;
 * undefined where no transaction of the network can have it.
 */
export function txHashOn(network: string, text: string): string | undefined {
  if (isOffered(network)) return TX_HASHES[networks[network]](text);
  return HASH_ELSEWHERE.test(text) ? text : undefined;
}

/** How transactions of this network are told before they are sent; not at all once it is gone. */
export const attemptKindsOn = (network: string): readonly AttemptKind[] =>
  isOffered(network) ? ATTEMPT_KINDS[networks[network]] : [];

/** The address in the one spelling of its network: on an EVM chain it is one number in any case. */
export const addressOn = (network: string, address: string): string =>
  (attemptKindsOn(network).includes('evm') && evmAddress(address)) || address;

const isOffered = (network: string): network is Network => Object.hasOwn(networks, network);

export const networkNames = Object.keys(networks) as [Network, ...Network[]];
