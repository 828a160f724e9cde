/** Solana: addresses (base58 of a 32-byte public key) and hashes (of a 64-byte signature). */
import bs58 from 'bs58';
import { isBlank } from './blank.ts';

/** 32 bytes are at least 32 base58 digits (all zero) and at most 44. */
const MIN_LENGTH = 32;
const MAX_LENGTH = 44;
const PUBLIC_KEY_BYTES = 32;

/** 64 bytes are at least 64 base58 digits (all zero) and at most 88. */
const MIN_TX_HASH_LENGTH = 64;
const MAX_TX_HASH_LENGTH = 88;
const SIGNATURE_BYTES = 64;

/** Programs, sysvars and mints: sent there by mistake alone, money never returns. */
const UNPAYABLE = new Set([
  '11111111111111111111111111111111', // System program
  'ComputeBudget111111111111111111111111111111',
  'Stake11111111111111111111111111111111111111',
  'Vote111111111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', // Token program
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', // Token-2022 program
  'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL', // Associated token program
  '1nc1nerator11111111111111111111111111111111', // Incinerator: burns what it receives
  'So11111111111111111111111111111111111111112', // Wrapped SOL mint
  'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', // USDC mint
  'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB', // USDT mint
  'Sysvar1111111111111111111111111111111111111', // Owner of the sysvars
  'SysvarC1ock11111111111111111111111111111111',
  'SysvarEpochRewards1111111111111111111111111',
  'SysvarEpochSchedu1e111111111111111111111111',
  'SysvarFees111111111111111111111111111111111',
  'Sysvar1nstructions1111111111111111111111111',
  'SysvarLastRestartS1ot1111111111111111111111',
  'SysvarRecentB1ockHashes11111111111111111111',
  'SysvarRent111111111111111111111111111111111',
  'SysvarRewards111111111111111111111111111111',
  'SysvarS1otHashes111111111111111111111111111',
  'SysvarS1otHistory11111111111111111111111111',
  'SysvarStakeHistory1111111111111111111111111',
]);

/**
 * Whether money sent to this address on Solana reaches someone, as far as its text can tell.
 * The length is checked before decoding, because base58 takes time quadratic in it.
 */
export function isPayableSolanaAddress(address: string): boolean {
  if (address.length < MIN_LENGTH || address.length > MAX_LENGTH) return false;
  if (UNPAYABLE.has(address)) return false;
  return bs58.decodeUnsafe(address)?.length === PUBLIC_KEY_BYTES;
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
