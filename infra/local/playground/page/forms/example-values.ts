/** Addresses and hashes that look like real ones, for trying things out. */
import { bytesToHex } from '@noble/hashes/utils.js';
import bs58 from 'bs58';
import { networks } from '../../../../../lib/networks/index.ts';

interface Form {
  address: string;
  /** How many bytes the hash of a transaction has, and how they are written. */
  hashBytes: number;
  write: (bytes: Uint8Array) => string;
}

const FORMS: readonly Form[] = [
  { address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', hashBytes: 64, write: bs58.encode },
  {
    address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    hashBytes: 32,
    write: (bytes) => `0x${bytesToHex(bytes)}`,
  },
];

/** A network's form is the one whose address it pays to; undefined for one of no form above. */
function formOf(network: string): Form | undefined {
  const rules = Object.entries(networks).find(([name]) => name === network)?.[1];
  return FORMS.find(({ address }) => rules?.isPayable(address));
}

export const exampleAddress = (network: string): string | undefined => formOf(network)?.address;

/** Of no transaction, and never twice the same. */
export function exampleHash(network: string): string | undefined {
  const form = formOf(network);
  return form?.write(crypto.getRandomValues(new Uint8Array(form.hashBytes)));
}
