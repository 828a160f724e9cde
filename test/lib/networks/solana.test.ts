import { generateKeyPairSync } from 'node:crypto';
import bs58 from 'bs58';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isPayableSolanaAddress, solanaTxHash } from '../../../lib/networks/solana.ts';

afterEach(() => vi.restoreAllMocks());

/** Of nothing but 0xff, but for what tells it from a placeholder. */
const LARGEST_KEY = bs58.encode(
  Uint8Array.of(
    ...Array(11).fill(0xff),
    ...Array(21)
      .fill(0)
      .map((_, at) => 250 - at),
  ),
);
/** No program's name is filled up with fewer than sixteen. */
const FIFTEEN_ONES = `7Np41oeYqPefeNQEHSv1UDhYrehqX${'1'.repeat(15)}`;
const KEY_OF_31_BYTES = bs58.encode(new Uint8Array(31).fill(0xff));
const KEY_OF_33_BYTES = bs58.encode(Uint8Array.of(1, ...new Uint8Array(32)));

test.each([
  ["the API document's example", '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'],
  ['a very large key', LARGEST_KEY],
  ['a key with fifteen ones', FIFTEEN_ONES],
  [
    'a key with leading zero bytes',
    bs58.encode(Uint8Array.of(0, 0, ...new Uint8Array(30).map((_, at) => at * 37 + 5))),
  ],
])('%s is payable', (_name, address) => expect(isPayableSolanaAddress(address)).toBe(true));

test.each([
  ['nothing but 0xff', bs58.encode(new Uint8Array(32).fill(0xff))],
  ['nothing but 7', bs58.encode(new Uint8Array(32).fill(7))],
  ['one digit over and over', 'A'.repeat(43)],
  ['one piece over and over', 'So1ana'.repeat(8).slice(0, 43)],
  ['a run of 24 digits', `9xQeWvG816bUx9EPjHma${'x'.repeat(24)}`],
  ['the smallest key but zero', `${'1'.repeat(31)}2`],
  ['31 bytes', KEY_OF_31_BYTES],
  ['33 bytes', KEY_OF_33_BYTES],
  ['32 characters that are fewer than 32 bytes', '2'.repeat(32)],
  ['44 characters that are more than 32 bytes', 'z'.repeat(44)],
  ['the digit 0', LARGEST_KEY.replace(/.$/, '0')],
  ['the letter O', LARGEST_KEY.replace(/.$/, 'O')],
  ['the letter I', LARGEST_KEY.replace(/.$/, 'I')],
  ['the letter l', LARGEST_KEY.replace(/.$/, 'l')],
  ['a leading space', ' 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'],
  ['a trailing newline', '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFi\n'],
  ['an Ethereum address', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['a body full of digits', '2'.repeat(4000)],
  ['nothing', ''],
])('%s is refused', (_name, address) => expect(isPayableSolanaAddress(address)).toBe(false));

test.each([
  ['system program', '11111111111111111111111111111111'],
  ['compute budget program', 'ComputeBudget111111111111111111111111111111'],
  ['stake program', 'Stake11111111111111111111111111111111111111'],
  ['vote program', 'Vote111111111111111111111111111111111111111'],
  ['upgradeable loader', 'BPFLoaderUpgradeab1e11111111111111111111111'],
  ['token program', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'],
  ['Token-2022 program', 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'],
  ['associated token program', 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'],
  ['incinerator', '1nc1nerator11111111111111111111111111111111'],
  ['wrapped SOL mint', 'So11111111111111111111111111111111111111112'],
  ['USDC mint', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'],
  ['USDT mint', 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB'],
  ['owner of the sysvars', 'Sysvar1111111111111111111111111111111111111'],
  ['clock sysvar', 'SysvarC1ock11111111111111111111111111111111'],
  ['epoch rewards sysvar', 'SysvarEpochRewards1111111111111111111111111'],
  ['epoch schedule sysvar', 'SysvarEpochSchedu1e111111111111111111111111'],
  ['fees sysvar', 'SysvarFees111111111111111111111111111111111'],
  ['instructions sysvar', 'Sysvar1nstructions1111111111111111111111111'],
  ['last restart slot sysvar', 'SysvarLastRestartS1ot1111111111111111111111'],
  ['recent block hashes sysvar', 'SysvarRecentB1ockHashes11111111111111111111'],
  ['rent sysvar', 'SysvarRent111111111111111111111111111111111'],
  ['rewards sysvar', 'SysvarRewards111111111111111111111111111111'],
  ['slot hashes sysvar', 'SysvarS1otHashes111111111111111111111111111'],
  ['slot history sysvar', 'SysvarS1otHistory11111111111111111111111111'],
  ['stake history sysvar', 'SysvarStakeHistory1111111111111111111111111'],
  ['native loader', 'NativeLoader1111111111111111111111111111111'],
  ['first BPF loader', 'BPFLoader1111111111111111111111111111111111'],
  ['second BPF loader', 'BPFLoader2111111111111111111111111111111111'],
  ['fourth loader', 'LoaderV411111111111111111111111111111111111'],
  ['config program', 'Config1111111111111111111111111111111111111'],
  ['feature program', 'Feature111111111111111111111111111111111111'],
  ['stake config', 'StakeConfig11111111111111111111111111111111'],
  ['address lookup table program', 'AddressLookupTab1e1111111111111111111111111'],
  ['ed25519 program', 'Ed25519SigVerify111111111111111111111111111'],
  ['secp256k1 program', 'KeccakSecp256k11111111111111111111111111111'],
  ['secp256r1 program', 'Secp256r1SigVerify1111111111111111111111111'],
  ['proof program', 'ZkE1Gama1Proof11111111111111111111111111111'],
])('the %s is a well-formed key, and refused', (_name, address) => {
  expect(bs58.decode(address)).toHaveLength(32);
  expect(isPayableSolanaAddress(address)).toBe(false);
});

test.each(['A'.repeat(43), 'abc'.repeat(15).slice(0, 43), 'x'.repeat(43)])(
  'the placeholder %s is a well-formed key, and refused',
  (address) => {
    expect(bs58.decode(address)).toHaveLength(32);
    expect(isPayableSolanaAddress(address)).toBe(false);
  },
);

test('a well-formed key beside a listed one is payable', () => {
  const neighbour = bs58.decode('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v');
  neighbour[31] = (neighbour[31] ?? 0) ^ 1;
  expect(isPayableSolanaAddress(bs58.encode(neighbour))).toBe(true);
});

test('who has a key is payable', () => {
  for (let n = 0; n < 50; n++) {
    const { publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    expect(isPayableSolanaAddress(bs58.encode(key))).toBe(true);
  }
});

test('only text of a possible length is decoded, since decoding takes time quadratic in it', () => {
  const decode = vi.spyOn(bs58, 'decodeUnsafe');
  for (const length of [31, 45]) isPayableSolanaAddress('2'.repeat(length));
  for (const length of [63, 89]) solanaTxHash('2'.repeat(length));
  expect(decode).not.toHaveBeenCalled();
  for (const length of [32, 44]) isPayableSolanaAddress('2'.repeat(length));
  for (const length of [64, 88]) solanaTxHash('2'.repeat(length));
  expect(decode).toHaveBeenCalledTimes(4);
});

describe('transaction hashes', () => {
  const signature = (bytes: number) => bs58.encode(new Uint8Array(bytes).fill(0xff));
  const startingWith = (blank: number, byte: number) =>
    Uint8Array.of(...Array(blank).fill(byte), ...Array(64 - blank).fill(7));
  // The example of Solana's own API document (getTransaction).
  const EXAMPLE =
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

  test.each([
    ['the example', EXAMPLE],
    ['one that begins with eleven zero bytes', bs58.encode(startingWith(11, 0))],
  ])('%s is one', (_name, hash) => expect(solanaTxHash(hash)).toBe(hash));

  test.each([
    ['that of a transaction that is not signed', '1'.repeat(64)],
    ['one of nothing but 0xff', signature(64)],
    ['one that begins with twelve zero bytes', bs58.encode(startingWith(12, 0))],
    ['one that ends in 0xff', bs58.encode(startingWith(12, 0xff).reverse())],
  ])('%s is a placeholder', (_name, hash) => expect(solanaTxHash(hash)).toBe(undefined));

  test.each([
    ['one of 63 bytes', signature(63)],
    ['one of 65 bytes in 88 digits', bs58.encode(Uint8Array.of(1, ...new Uint8Array(64)))],
    ['65 zero bytes', '1'.repeat(65)],
    ['a digit that base58 does not have', EXAMPLE.replace(/.$/, '0')],
    ['a trailing blank', `${EXAMPLE} `],
    ['an address', '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'],
    ['a hash of an EVM chain', `0x${'a'.repeat(64)}`],
    ['a body full of digits', '2'.repeat(4000)],
  ])('%s is none', (_name, hash) => expect(solanaTxHash(hash)).toBe(undefined));
});
