import { createHash, generateKeyPairSync } from 'node:crypto';
import { isOffCurveAddress } from '@solana/kit';
import bs58 from 'bs58';
import { describe, expect, test } from 'vitest';
import { addressWarnings, isOnCurve } from '../../../lib/networks/warnings.ts';
import { ADDRESSES } from '../../support/samples.ts';

/** The account of USDC that belongs to the example: found by `findAssociatedTokenPda`. */
const TOKEN_ACCOUNT = 'F4YA4H7HeXLCvjLRKdh56FgE4cyHpPqLP1VCM6fEqEmX';
const KEY = ADDRESSES.solana;

test('a key has no warning', () => expect(addressWarnings('solana', KEY)).toEqual([]));

test('a token account is off the curve', () =>
  expect(addressWarnings('solana', TOKEN_ACCOUNT)).toEqual(['off_curve']));

test('what was pasted in lower case has no capitals, and is perhaps off the curve besides', () => {
  const lower = KEY.toLowerCase();
  expect(bs58.decode(lower)).toHaveLength(32);
  expect(addressWarnings('solana', lower)).toEqual(['off_curve', 'no_capitals']);
});

test.each([
  ['an EVM chain', 'ethereum', ADDRESSES.ethereum.toLowerCase()],
  ['a network that is gone', 'carrier', 'pigeon'],
])('on %s nothing is said', (_what, network, address) =>
  expect(addressWarnings(network, address)).toEqual([]),
);

test('what is no base58 is not off the curve, as it was stored when nothing was checked', () =>
  expect(addressWarnings('solana', 'O0')).toEqual([]));

describe('the curve', () => {
  const bytesOf = (n: number) => createHash('sha256').update(`${n}`).digest();

  test('is judged as Solana’s own library does', () => {
    const judged = Array.from({ length: 300 }, (_, n) => isOnCurve(bytesOf(n)));
    expect(judged).toEqual(
      Array.from({ length: 300 }, (_, n) => !isOffCurveAddress(bs58.encode(bytesOf(n)) as never)),
    );
    expect(new Set(judged).size).toBe(2);
  });

  test('has every public key', () => {
    for (let n = 0; n < 20; n++) {
      const { publicKey } = generateKeyPairSync('ed25519');
      expect(isOnCurve(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))).toBe(true);
    }
  });

  test.each([
    ['the neutral point', 1, true],
    ['zero', 0, true],
    ['two', 2, false],
  ])('%s: y is %i', (_name, y, on) => {
    const bytes = new Uint8Array(32);
    bytes[0] = y;
    expect(isOnCurve(bytes)).toBe(on);
    // The sign of x changes nothing.
    bytes[31] = 0x80;
    expect(isOnCurve(bytes)).toBe(on);
  });
});
