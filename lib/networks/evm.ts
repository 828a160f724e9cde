/** EVM chains: addresses, with the mixed-case checksum of EIP-55, and transaction hashes. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isBlank, isMadeUp } from './blank.ts';
import { UNPAYABLE_EVM } from './evm-unpayable.ts';

const ADDRESS = /^0x([0-9a-fA-F]{40})$/;

/**
 * Whether money sent to this address on an EVM chain reaches someone, as far as its text can tell.
 * Chains keep their precompiled and system contracts at the lowest addresses (Ethereum's at
 * 0x01-0x11 and 0x100, Polygon's also at 0x1000, 0x1001 and 0x1010). The whole low range is made up,
 * so that a precompile added by a later fork is refused too.
 */
export function isPayableEvmAddress(address: string): boolean {
  const lower = digitsOf(address);
  return lower !== undefined && !isMadeUp(lower) && !UNPAYABLE_EVM.has(lower);
}

/** The same for a contract that operators name, such as a token's. */
export function isEvmContract(address: string): boolean {
  const lower = digitsOf(address);
  return lower !== undefined && !isMadeUp(lower);
}

/** The digits in lower case; undefined for what is no address, or has a wrong checksum. */
function digitsOf(address: string): string | undefined {
  const hex = ADDRESS.exec(address)?.[1];
  if (hex === undefined) return undefined;
  const lower = hex.toLowerCase();
  const isSpelled = hex === lower || hex === hex.toUpperCase() || hex === checksummed(lower);
  return isSpelled ? lower : undefined;
}

const ANY_ADDRESS = /^0x[0-9a-f]{40}$/;

/** Any address of an EVM chain, a contract's too, in lower case; undefined for what is none. */
export const evmAddress = (text: string): string | undefined =>
  ANY_ADDRESS.test(text.toLowerCase()) ? text.toLowerCase() : undefined;

const TX_HASH = /^0x([0-9a-f]{64})$/;

/**
 * The transaction hash (a Keccak-256) of an EVM chain that this text spells, in lower case: it is
 * one number in any case. Undefined for what is none, or a placeholder.
 */
export function evmTxHash(text: string): string | undefined {
  const hash = text.toLowerCase();
  const hex = TX_HASH.exec(hash)?.[1];
  return hex === undefined || isBlank(hex) ? undefined : hash;
}

/**
 * The 40 hex digits of an address, given in lower case, with the checksum of EIP-55: a letter is
 * upper case where that nibble of keccak256(lower-case hex) is 8 or more.
 */
export function checksummed(lowerHex: string): string {
  const hash = bytesToHex(keccak_256(utf8ToBytes(lowerHex)));
  return lowerHex.replace(/[a-f]/g, (letter, index) =>
    Number.parseInt(hash.charAt(index), 16) >= 8 ? letter.toUpperCase() : letter,
  );
}
