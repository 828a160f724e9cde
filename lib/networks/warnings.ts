/** What operators should know of an address that is accepted, as it may still be a mistake. */
import bs58 from 'bs58';
import { attemptKindsOn } from './index.ts';

/**
 * `off_curve`: no key can sign for it, as it is a token account or a program's, and the money is
 * perhaps nobody's. `no_capitals`: most likely pasted in lower case, which makes it another address;
 * one in ten billion has none by chance.
 */
export const ADDRESS_WARNINGS = ['off_curve', 'no_capitals'] as const;
export type AddressWarning = (typeof ADDRESS_WARNINGS)[number];

export function addressWarnings(network: string, address: string): AddressWarning[] {
  if (!attemptKindsOn(network).includes('solana')) return [];
  const bytes = bs58.decodeUnsafe(address);
  const warned = {
    off_curve: bytes !== undefined && !isOnCurve(bytes),
    no_capitals: !/[A-Z]/.test(address),
  };
  return ADDRESS_WARNINGS.filter((warning) => warned[warning]);
}

/** The field and the constant of Ed25519 (RFC 8032, 5.1). */
const P = 2n ** 255n - 19n;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;

/**
 * Whether some x makes these bytes, y in little endian, a point of Ed25519, as Solana judges it
 * (curve25519-dalek's `decompress`): x^2 = (y^2 - 1) / (d y^2 + 1) has a root exactly when the
 * product of both has one. The highest bit is the sign of x, and says nothing of that.
 */
export function isOnCurve(bytes: Uint8Array): boolean {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const y = BigInt.asUintN(255, BigInt(`0x${hex}`));
  const square = (y * y) % P;
  return isSquare(((square - 1n + P) * (D * square + 1n)) % P);
}

/** Whether `a`, from 0 to P - 1, is a square modulo P: Jacobi's symbol, by its usual rules. */
function isSquare(a: bigint): boolean {
  let [top, bottom, sign] = [a, P, 1];
  while (top !== 0n) {
    for (; (top & 1n) === 0n; top >>= 1n) {
      const rest = bottom & 7n;
      if (rest === 3n || rest === 5n) sign = -sign;
    }
    if ((top & bottom & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return sign === 1;
}
