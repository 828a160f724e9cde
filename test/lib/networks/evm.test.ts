import fc from 'fast-check';
import { privateKeyToAddress } from 'viem/accounts';
import { describe, expect, test } from 'vitest';
import {
  checksummed,
  evmAddress,
  evmTxHash,
  isEvmContract,
  isPayableEvmAddress,
} from '../../../lib/networks/evm.ts';

// The test cases of EIP-55.
const ALL_CAPS = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
];
const ALL_LOWER = [
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
];
const MIXED = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];

describe('EIP-55', () => {
  test.each([...ALL_CAPS, ...ALL_LOWER, ...MIXED])('%s is payable', (address) =>
    expect(isPayableEvmAddress(address)).toBe(true),
  );

  test.each(MIXED)('%s with the case of any one letter flipped is refused', (address) => {
    for (let i = 2; i < address.length; i++) {
      const letter = address.charAt(i);
      const flipped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      if (flipped === letter) continue;
      expect(isPayableEvmAddress(address.slice(0, i) + flipped + address.slice(i + 1))).toBe(false);
    }
  });

  test.each(MIXED)('%s needs no checksum in one case', (address) => {
    const digits = address.slice('0x'.length);
    expect(isPayableEvmAddress(`0x${digits.toLowerCase()}`)).toBe(true);
    expect(isPayableEvmAddress(`0x${digits.toUpperCase()}`)).toBe(true);
  });

  test.each([...ALL_CAPS, ...ALL_LOWER, ...MIXED])('%s is how its digits are spelled', (address) =>
    expect(`0x${checksummed(address.slice('0x'.length).toLowerCase())}`).toBe(address),
  );

  test('digits alone need no checksum', () =>
    expect(isPayableEvmAddress('0x1234567890123456789012345678901234567891')).toBe(true));
});

test.each([
  ['zero', '0x0000000000000000000000000000000000000000'],
  ['dead, lower case', '0x000000000000000000000000000000000000dead'],
  ['dead, with checksum', '0x000000000000000000000000000000000000dEaD'],
  ['the first precompile', '0x0000000000000000000000000000000000000001'],
  ['the last precompile of the Prague fork', '0x0000000000000000000000000000000000000011'],
  ['the P-256 precompile', '0x0000000000000000000000000000000000000100'],
  ["Polygon's native token contract", '0x0000000000000000000000000000000000001010'],
  ['the end of the reserved range', '0x000000000000000000000000000000000000ffff'],
  ['the highest address', '0xffffffffffffffffffffffffffffffffffffffff'],
  ['the caller of system contracts', '0xfffffffffffffffffffffffffffffffffffffffe'],
  ['what stands for ether in programs', '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE'],
  ['dead at the start', '0xdead000000000000000000000000000000000000'],
  ['dead at both ends', '0xdead00000000000000000000000000000000dead'],
  ['dead at the end of the ones', '0xffffffffffffffffffffffffffffffffffffdead'],
  ['deadbeef', '0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef'],
  ['the digits in order', '0x1234567890123456789012345678901234567890'],
  ['wrapped ether of other chains', '0x4200000000000000000000000000000000000006'],
  ['one digit', `0x${'7'.repeat(40)}`],
  ['39 digits', '0x27b1fdb04752bbc536007a920d24acb045561c2'],
  ['41 digits', '0x27b1fdb04752bbc536007a920d24acb045561c266'],
  ['no prefix', '27b1fdb04752bbc536007a920d24acb045561c26'],
  ['an upper-case prefix', '0X27b1fdb04752bbc536007a920d24acb045561c26'],
  ['a digit that is not hex', '0x27b1fdb04752bbc536007a920d24acb045561c2g'],
  ['a leading space', ' 0x27b1fdb04752bbc536007a920d24acb045561c26'],
  ['a trailing newline', '0x27b1fdb04752bbc536007a920d24acb045561c26\n'],
  ['full-width digits', '0x２7b1fdb04752bbc536007a920d24acb045561c26'],
  ['nothing', ''],
])('%s is refused', (_name, address) => expect(isPayableEvmAddress(address)).toBe(false));

test('the first address with 23 zeros before it is payable', () =>
  expect(isPayableEvmAddress('0x0000000000000000000000010000000000000001')).toBe(true));

test('a contract may be one that swallows money, and nothing that is made up', () => {
  const USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
  expect([isEvmContract(USDC), isPayableEvmAddress(USDC)]).toEqual([true, false]);
  const wrong = [USDC.replace('A0', 'a0'), `0x${'0'.repeat(39)}1`, 'usdc'];
  expect(wrong.map(isEvmContract)).toEqual([false, false, false]);
});

test('who has a key is payable, in any spelling', () =>
  fc.assert(
    fc.property(fc.bigInt(1n, 2n ** 255n), (key) => {
      const address = privateKeyToAddress(`0x${key.toString(16).padStart(64, '0')}`);
      const lower = address.slice('0x'.length).toLowerCase();
      const spelled = [lower, lower.toUpperCase(), checksummed(lower)];
      expect(address).toBe(`0x${checksummed(lower)}`);
      expect(spelled.map((digits) => isPayableEvmAddress(`0x${digits}`))).toEqual([
        true,
        true,
        true,
      ]);
    }),
  ));

const HASH = 'b35de3d1e1d0a8f3f8e1ac2ba8a3e0a4c9a4f5b6d7e8f90123456789abcdef01';

describe('transaction hashes', () => {
  test.each([`0x${HASH}`, `0x${HASH.toUpperCase()}`, `0X${HASH.toUpperCase()}`])(
    '%s is one, and is stored in lower case',
    (hash) => expect(evmTxHash(hash)).toBe(`0x${HASH}`),
  );

  test.each([
    ['nothing but zeros', '0'.repeat(64)],
    ['nothing but f', 'f'.repeat(64)],
    ['nothing but F', 'F'.repeat(64)],
    ['the number one', '1'.padStart(64, '0')],
    ['an address in a word', `${'0'.repeat(24)}27b1fdb04752bbc536007a920d24acb045561c26`],
    ['twelve bytes of zeros before the rest', '0'.repeat(24) + HASH.slice(24)],
    ['a second half of f', HASH.slice(0, 32) + 'f'.repeat(32)],
    ['a second half of zeros', HASH.slice(0, 32) + '0'.repeat(32)],
  ])('%s is a placeholder', (_name, hex) => expect(evmTxHash(`0x${hex}`)).toBe(undefined));

  test.each([
    ['with one zero fewer', '0'.repeat(23) + HASH.slice(23)],
    ['that has its zeros in the middle', HASH.slice(0, 16) + '0'.repeat(32) + HASH.slice(48)],
  ])('one %s is a hash', (_name, hex) => expect(evmTxHash(`0x${hex}`)).toBe(`0x${hex}`));

  test.each([
    ['no prefix', HASH],
    ['63 digits', `0x${HASH.slice(1)}`],
    ['65 digits', `0x${HASH}0`],
    ['a digit that is not hex', `0x${HASH.slice(1)}g`],
    ['a leading blank', ` 0x${HASH}`],
    ['a trailing newline', `0x${HASH}\n`],
    ['an address', '0x27b1fdb04752bbc536007a920d24acb045561c26'],
  ])('%s is none', (_name, hash) => expect(evmTxHash(hash)).toBe(undefined));
});

test('any address, a contract’s too, is one number in any case', () => {
  const usdc = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
  for (const text of [usdc, usdc.toUpperCase(), usdc.toLowerCase()])
    expect(evmAddress(text)).toBe(usdc.toLowerCase());
  for (const text of [`${usdc}0`, `0${usdc}`, usdc.slice(2), usdc.slice(0, -1), `${usdc} `])
    expect([text, evmAddress(text)]).toEqual([text, undefined]);
});
