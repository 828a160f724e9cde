/**
 * A batch for the Transaction Builder of Safe, in the form of its own exports (version 1.18 of the
 * app), with the checksum by which it notices a file that was changed.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { checksummed } from '../../../lib/networks/evm.ts';
import { chainIdOf } from '../../../lib/networks/token.ts';
import { UINT256_MAX, unitsOf } from './amounts.ts';
import type { Part, Paying } from './part.ts';

/** The first four bytes of keccak256("transfer(address,uint256)"), ERC-20's. */
const TRANSFER = 'a9059cbb';

/** The call data of ERC-20's `transfer`; `units` are the token's smallest, below 2^256. */
export const transferData = (receiver: string, units: bigint): string =>
  `0x${TRANSFER}${word(receiver.slice(2).toLowerCase())}${word(units.toString(16))}`;

const word = (hex: string): string => hex.padStart(64, '0');

/** The address with the checksum of EIP-55, which some programs ask for. */
export const evmSpelling = (address: string): string =>
  `0x${checksummed(address.slice(2).toLowerCase())}`;

export interface Batch {
  meta: { name: string; checksum?: string };
}

/**
 * Keccak-256 of the file's values in the order of their sorted keys, as the app serializes them:
 * without the checksum, and with the name, which the app lets one change, as null.
 */
export function batchChecksum(batch: Batch): string {
  const { checksum: _, ...meta } = batch.meta;
  const text = serialized({ ...batch, meta: { ...meta, name: null } });
  return `0x${bytesToHex(keccak_256(utf8ToBytes(text)))}`;
}

function serialized(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialized).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Record<string, unknown>;
  const keys = Object.keys(members).sort();
  return `{${JSON.stringify(keys)}${keys.map((key) => `${serialized(members[key])},`).join('')}}`;
}

/** The part's text. It names its payouts, and is dated by the last of them. */
export function safeJson({ name, payouts }: Part, paying: Paying): string {
  const { network, token, decimals, safe } = paying;
  const batch = {
    version: '1.0',
    chainId: String(chainIdOf(network, paying)),
    createdAt: Math.max(...payouts.map(({ requested_at }) => Date.parse(requested_at))),
    meta: {
      name,
      description: `Referral payouts, in this order: ${payouts.map(({ id }) => id).join(' ')}`,
      txBuilderVersion: '1.18.3',
      createdFromSafeAddress: evmSpelling(safe ?? ''),
      createdFromOwnerAddress: '',
    },
    transactions: payouts.map((payout) => ({
      to: evmSpelling(token),
      value: '0',
      data: transferData(payout.address, unitsOf(payout, decimals, UINT256_MAX)),
      contractMethod: null,
      contractInputsValues: null,
    })),
  };
  const meta = { ...batch.meta, checksum: batchChecksum(batch) };
  return `${JSON.stringify({ ...batch, meta }, undefined, 2)}\n`;
}
