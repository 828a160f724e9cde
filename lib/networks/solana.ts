/** Solana: addresses (base58 of a 32-byte public key) and hashes (of a 64-byte signature). */
import bs58 from 'bs58';
import { isBlank, isMadeUp } from './blank.ts';
import { UNPAYABLE_SOLANA } from './solana-unpayable.ts';

/** 32 bytes are at least 32 base58 digits (all zero) and at most 44. */
const MIN_LENGTH = 32;
const MAX_LENGTH = 44;
const PUBLIC_KEY_BYTES = 32;

/** 64 bytes are at least 64 base58 digits (all zero) and at most 88. */
const MIN_TX_HASH_LENGTH = 64;
const MAX_TX_HASH_LENGTH = 88;
const SIGNATURE_BYTES = 64;

/**
 * Native programs, sysvars, the incinerator and wrapped SOL have names that are filled up with ones,
 * from sixteen (`So11...12`) to 32 (the system program). Chance or a search makes no such key.
 */
const FILLED_UP = /1{16}/;

/**
 * The bytes of a public key, which every address, program and mint has for a name; undefined for what
 * is none. The length is checked before decoding, because base58 takes time quadratic in it.
 */
export function solanaKey(text: string): Uint8Array | undefined {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH) return undefined;
  const bytes = bs58.decodeUnsafe(text);
  return bytes?.length === PUBLIC_KEY_BYTES ? bytes : undefined;
}

/** Whether money sent to this address on Solana reaches someone, as far as its text can tell. */
export function isPayableSolanaAddress(address: string): boolean {
  const bytes = solanaKey(address);
  if (bytes === undefined) return false;
  if (FILLED_UP.test(address) || UNPAYABLE_SOLANA.has(address)) return false;
  // Who types one types digits of base58, and whose memory is empty has bytes.
  return ![address, Buffer.from(bytes).toString('hex')].some(isMadeUp);
}

/**
 * The text itself when it is that of a transaction's first signature, which is its name on Solana.
 * Undefined for what is none; one that is not signed yet has 64 zero bytes there.
 */
export function solanaTxHash(text: string): string | undefined {
  if (text.length < MIN_TX_HASH_LENGTH || text.length > MAX_TX_HASH_LENGTH) return undefined;
  const bytes = bs58.decodeUnsafe(text);
  if (bytes?.length !== SIGNATURE_BYTES) return undefined;
  return isBlank(Buffer.from(bytes).toString('hex')) ? undefined : text;
}
