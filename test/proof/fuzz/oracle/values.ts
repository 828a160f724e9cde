/** Amounts, addresses and hashes as the contract reads them. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { type Address, isOffCurveAddress } from '@solana/kit';
import { networkNames } from '../../../../lib/networks/index.ts';
import { type Json, NumberLiteral } from './read-json.ts';

const INT64_MAX = 2n ** 63n - 1n;

/** The positive int64 that a JSON number says exactly; undefined for anything else. */
export function positiveAmount(value: Json | undefined): bigint | undefined {
  if (!(value instanceof NumberLiteral)) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(value.text) ?? [];
  const unscaled = BigInt(whole + fraction);
  if (sign === '-' || unscaled === 0n) return undefined;
  const scale = BigInt(exponent.replace('+', '')) - BigInt(fraction.length);
  // Beyond these no digits that fit into a body can make up for the exponent.
  if (scale > 20n || scale < -5000n) return undefined;
  const power = 10n ** (scale < 0n ? -scale : scale);
  if (scale < 0n && unscaled % power !== 0n) return undefined;
  const amount = scale < 0n ? unscaled / power : unscaled * power;
  return amount <= INT64_MAX ? amount : undefined;
}

/** The same for a count, which may be nothing. */
export const countOf = (value: Json | undefined): bigint | undefined =>
  value instanceof NumberLiteral && /^0(\.0+)?$/.test(value.text) ? 0n : positiveAmount(value);

/** An address of an EVM chain, a contract's too, in lower case; undefined when it is none. */
export const evmAddressOf = (text: string): string | undefined =>
  /^0x[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : undefined;

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** The bytes in hex that the base58 text stands for; undefined when it is none. */
function base58Hex(text: string): string | undefined {
  let value = 0n;
  for (const digit of text) {
    const at = BASE58.indexOf(digit);
    if (at < 0) return undefined;
    value = value * 58n + BigInt(at);
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const hex = value === 0n ? '' : value.toString(16);
  return '00'.repeat(zeros) + (hex.length % 2 === 0 ? hex : `0${hex}`);
}

/** Programs, sysvars, the incinerator and mints, some of each kind. */
export const UNPAYABLE_SOLANA = [
  '11111111111111111111111111111111',
  'Sysvar1111111111111111111111111111111111111',
  'SysvarC1ock11111111111111111111111111111111',
  'SysvarRent111111111111111111111111111111111',
  'NativeLoader1111111111111111111111111111111',
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s',
  '1nc1nerator11111111111111111111111111111111',
  'So11111111111111111111111111111111111111112',
  'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
  'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB',
  '2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo',
];

/** Tokens, a wrapped coin, the deposit contract, a Safe's singleton and a burn, on EVM chains. */
export const UNPAYABLE_EVM = [
  '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
  '0xdAC17F958D2ee523a2206206994597C13D831ec7',
  '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270',
  '0x00000000219ab540356cBB839Cbe05303d7705Fa',
  '0x41675C099F32341bf84BFc5382aF534df5C7461a',
  '0xdEAD000000000000000042069420694206942069',
];

/** Whether 24 equal digits stand in a row, or a piece of up to 16 is repeated to the end. */
function isMadeUp(digits: string): boolean {
  for (const digit of new Set(digits)) if (digits.includes(digit.repeat(24))) return true;
  for (let length = 1; length <= 16; length++) {
    const piece = digits.slice(0, length);
    if (piece.repeat(64).slice(0, digits.length) === digits) return true;
  }
  return false;
}

function isPayableOnSolana(address: string): boolean {
  if (address.length < 32 || address.length > 44 || UNPAYABLE_SOLANA.includes(address))
    return false;
  const hex = base58Hex(address);
  if (hex?.length !== 64 || address.includes('1'.repeat(16))) return false;
  return !isMadeUp(hex) && !isMadeUp(address);
}

export function checksummed(lower: string): string {
  const digits = Buffer.from(keccak_256(Buffer.from(lower))).toString('hex');
  return [...lower]
    .map((hex, at) => (Number(`0x${digits[at]}`) >= 8 ? hex.toUpperCase() : hex))
    .join('');
}

function isPayableOnEvm(address: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address)) return false;
  const hex = address.slice(2);
  const lower = hex.toLowerCase();
  if (![lower, hex.toUpperCase(), checksummed(lower)].includes(hex)) return false;
  return !isMadeUp(lower) && !UNPAYABLE_EVM.some((one) => one.slice(2).toLowerCase() === lower);
}

/** Their rules are the oracle's own; all but Solana are EVM chains. */
export const NETWORKS: readonly string[] = networkNames;

export const isPayable = (network: string, address: string): boolean =>
  network === 'solana' ? isPayableOnSolana(address) : isPayableOnEvm(address);

const isPlaceholder = (hex: string): boolean =>
  [hex.slice(0, 24), hex.slice(-24)].some((end) => /^(0+|f+)$/.test(end));

/**
 * The hash as it is stored; undefined when it is none. On a network that is no longer offered, any
 * short visible ASCII.
 */
export function hashOn(network: string, text: string): string | undefined {
  if (!NETWORKS.includes(network)) return /^[!-~]{1,128}$/.test(text) ? text : undefined;
  if (network === 'solana') {
    const hex = text.length > 88 ? undefined : base58Hex(text);
    return hex?.length === 128 && !isPlaceholder(hex) ? text : undefined;
  }
  const isHash = /^0x[0-9a-f]{64}$/i.test(text) && !isPlaceholder(text.slice(2).toLowerCase());
  return isHash ? text.toLowerCase() : undefined;
}

const UNSEEN = /\p{Cc}|\p{Cf}|\p{Z}|\p{Default_Ignorable_Code_Point}/u;

/** Whether the text has a character that is drawn as something. */
export const isSeen = (text: string): boolean =>
  Array.from(text).some(
    (character) =>
      !UNSEEN.test(character) && !'\u{2800}\u{1d159}\u{13441}\u{13442}'.includes(character),
  );

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);

/** One as a cursor has it, which is what was handed out, to the letter. */
export const isStoredUuid = (text: string): boolean => isUuid(text) && text === text.toLowerCase();

export const isBillingId = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^[!-~]{1,128}$/.test(value);

/** What operators are told of an address on Solana, as its own library judges the curve; else nothing. */
export function warningsOf({ network, address }: { network: string; address: string }) {
  if (network !== 'solana') return undefined;
  const warnings = [
    ...(isOffCurveAddress(address as Address) ? ['off_curve'] : []),
    ...(address === address.toLowerCase() ? ['no_capitals'] : []),
  ];
  return warnings.length > 0 ? warnings : undefined;
}
