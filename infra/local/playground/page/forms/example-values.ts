/** Addresses and hashes that look like real ones, for trying things out. */

const ADDRESSES: Readonly<Record<string, string>> = {
  solana: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  polygon: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
};

/** A network that is not named above is an EVM chain. */
export const exampleAddress = (network: string): string =>
  ADDRESSES[network] ?? '0xde709f2102306220921060314715629080e2fb77';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Of no transaction: 64 random bytes in base58 on Solana, 32 in hex on the EVM chains. */
export function exampleHash(network: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(network === 'solana' ? 64 : 32));
  const hex = `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return network === 'solana' ? base58(BigInt(hex)) : hex;
}

function base58(value: bigint): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 58n) text = BASE58.charAt(Number(rest % 58n)) + text;
  return text;
}
