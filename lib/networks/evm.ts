/** EVM chains: addresses, with the mixed-case checksum of EIP-55, and transaction hashes. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isBlank } from './blank.ts';

const ADDRESS = /^0x([0-9a-fA-F]{40})$/;

/**
 * Chains keep their precompiled and system contracts at the lowest addresses (Ethereum's at
 * 0x01-0x11 and 0x100, Polygon's also at 0x1000, 0x1001 and 0x1010), and nobody holds a key for
 * address zero or for 0xdead, where tokens are sent to be burnt. The whole low range is refused, so
 * that a precompile added by a later fork is too.
 */
const LAST_RESERVED_ADDRESS = 0xffffn;

/**
 * Whether money sent to this address on an EVM chain reaches someone, as far as its text can tell.
 */
export function isPayableEvmAddress(address: string): boolean {
  const hex = ADDRESS.exec(address)?.[1];
  if (hex === undefined) return false;
  const lower = hex.toLowerCase();
  const hasChecksum = hex !== lower && hex !== hex.toUpperCase();
  if (hasChecksum && hex !== checksummed(lower)) return false;
  return BigInt(`0x${lower}`) > LAST_RESERVED_ADDRESS;
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
