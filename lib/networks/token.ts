/** What a network's payouts are paid in, as a stage or an operator's command line names it. */
import { isEvmContract, isPayableEvmAddress } from './evm.ts';
import { attemptKindsOn, type Network } from './index.ts';
import { solanaKey } from './solana.ts';

export interface PayoutToken {
  /** The address of the token's contract; on Solana that of its mint. */
  token: string;
  /** How many decimal places the chain keeps of it, such as 6 for USDC on Ethereum. */
  decimals: number;
  /** Of an EVM network that is not the main one of its name, such as 11155111 for Sepolia. */
  chainId?: number;
  /** The Safe that pays, on an EVM network. */
  safe?: string;
}

/** Far more than any token has, and still no unit of an int64 leaves a uint256. */
const DECIMALS_MAX = 36;

/** The main chains of these names (EIP-155). */
const MAIN_CHAIN_IDS: Partial<Record<Network, number>> = { ethereum: 1, polygon: 137 };

export const isEvm = (network: Network): boolean => attemptKindsOn(network).includes('evm');

/** Undefined where chains have no such number. */
export const chainIdOf = (network: Network, { chainId }: PayoutToken): number | undefined =>
  chainId ?? MAIN_CHAIN_IDS[network];

/** The first field that cannot be so on this network, and what it must be. */
export function wrongInToken(
  network: Network,
  { token, decimals, chainId, safe }: PayoutToken,
): { field: keyof PayoutToken; must: string; value: unknown } | undefined {
  const evm = isEvm(network);
  const isAddress = evm ? isEvmContract : isMint;
  const form = evm ? '0x and 40 hex digits, in one case or with a right checksum' : '32 bytes';
  if (!isAddress(token)) return { field: 'token', must: `must be ${form}`, value: token };
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > DECIMALS_MAX)
    return { field: 'decimals', must: `must be from 0 to ${DECIMALS_MAX}`, value: decimals };
  if (chainId !== undefined && !(evm && Number.isSafeInteger(chainId) && chainId > 0))
    return { field: 'chainId', must: 'must be a positive number on an EVM chain', value: chainId };
  // What is signed for one main chain pays nobody on the other, or somebody else's Safe.
  const main = Object.entries(MAIN_CHAIN_IDS).find(([, id]) => id === chainId)?.[0];
  if (main !== undefined && main !== network)
    return { field: 'chainId', must: 'must not be another network’s', value: chainId };
  if (safe !== undefined && !(evm && isPayableEvmAddress(safe)))
    return { field: 'safe', must: 'must be the address of a Safe on an EVM chain', value: safe };
  return undefined;
}

/** A mint is a key like any address, but one that no money should be sent to. */
const isMint = (text: string): boolean => solanaKey(text) !== undefined;
