/** Addresses and hashes that look like real ones, for trying things out. */
import { bytesToHex } from '@noble/hashes/utils.js';
import bs58 from 'bs58';

interface Form {
  address: string;
  /** How many bytes the hash of a transaction has, and how they are written. */
  hashBytes: number;
  write: (bytes: Uint8Array) => string;
}

const FORMS: Readonly<Record<string, Form>> = {
  base58: {
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    hashBytes: 64,
    write: bs58.encode,
  },
  hex: {
    address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    hashBytes: 32,
    write: (bytes) => `0x${bytesToHex(bytes)}`,
  },
};

/** The form of each network: the one with an address that it pays to, or none. */
export const formsOf = <Network extends string>(
  networks: readonly Network[],
  isPayable: (network: Network, address: string) => boolean,
): Record<string, string | undefined> =>
  Object.fromEntries(
    networks.map((network) => [
      network,
      Object.keys(FORMS).find((form) => isPayable(network, FORMS[form]?.address ?? '')),
    ]),
  );

/** Those of this machine's networks, put in when the page is bundled. */
declare const NETWORK_FORMS: ReturnType<typeof formsOf>;

const formOf = (network: string): Form | undefined => FORMS[NETWORK_FORMS[network] ?? ''];

/** Undefined for a network of no form that is known here. */
export const exampleAddress = (network: string): string | undefined => formOf(network)?.address;

/** What is recorded of an attempt, made up but for the hash; undefined as above. */
export function exampleAttempt(network: string, hash: string) {
  const form = formOf(network);
  return (
    form &&
    (form === FORMS.base58
      ? { kind: 'solana', signature: hash, last_valid_block_height: 318_204_551n }
      : { kind: 'evm', sender: form.address, nonce: 41n, hash })
  );
}

/** Of no transaction, and never twice the same. */
export function exampleHash(network: string): string | undefined {
  const form = formOf(network);
  return form?.write(crypto.getRandomValues(new Uint8Array(form.hashBytes)));
}
