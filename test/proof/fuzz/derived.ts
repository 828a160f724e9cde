/** Bytes, ids and secrets that a name and the seed decide: all randomness but fast-check's. */
import { createHash } from 'node:crypto';
import { checksummed } from './oracle/values.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export const bytesOf = (name: string): Buffer => createHash('sha512').update(name).digest();

/** A seed for fast-check, which takes an int32. */
export const seedOf = (name: string): number => bytesOf(name).readInt32BE();

export const tokenOf = (name: string): string => bytesOf(name).toString('base64url').slice(0, 43);

export function uuidOf(name: string, version: '4' | '7' = '4', timeMs?: number): string {
  const hex = bytesOf(name).toString('hex');
  const time = timeMs === undefined ? hex.slice(0, 12) : timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function base58(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = BASE58.charAt(Number(value % 58n)) + text;
  return '1'.repeat(bytes.findIndex((byte) => byte !== 0)) + text;
}

/** A payable address of the network. */
export function addressOf(name: string, network: string): string {
  if (network === 'solana') return base58(bytesOf(name).subarray(0, 32));
  return `0x${checksummed(bytesOf(name).toString('hex').slice(0, 40))}`;
}

/** The hash of a transaction of the network. */
export const txHashOf = (name: string, network: string): string =>
  network === 'solana' ? base58(bytesOf(name)) : `0x${bytesOf(name).toString('hex').slice(0, 64)}`;
