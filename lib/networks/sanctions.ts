/** Addresses under sanctions, which a stage that has switched the list on does not pay. */
import { createHash } from 'node:crypto';
import { evmAddress } from './evm.ts';

/** Whoever is refused by this is not told so; that is a matter of compliance alone. */
export type IsSanctioned = (address: string) => boolean;

/**
 * A list is kept as this, so that no address of it stands in code or bundles: the first 8 bytes of
 * the SHA-256 of the address, in hex. An address of an EVM chain counts on every one of them.
 */
export const fingerprint = (address: string): string =>
  createHash('sha256')
    .update(evmAddress(address) ?? address)
    .digest('hex')
    .slice(0, FINGERPRINT_DIGITS);

const FINGERPRINT_DIGITS = 16;

/** The list, read only where it is switched on: it is a file of its own beside a bundle. */
export async function openSanctions(isOn: boolean): Promise<IsSanctioned> {
  if (!isOn) return () => false;
  const { SANCTIONED } = await import('./sanctioned.ts');
  const listed = new Set(Buffer.from(SANCTIONED, 'base64').toString('hex').match(/.{16}/g));
  return (address) => listed.has(fingerprint(address));
}
