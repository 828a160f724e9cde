/** The files that an export can make: who reads them, and how many payouts a transaction takes. */
import type { Network } from '../../../lib/networks/index.ts';
import { isEvm } from '../../../lib/networks/token.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { AttemptKind } from '../../../lib/settlement/records.ts';
import { plainCsv, safeCsv, solanaCsv } from './csv-files.ts';
import type { Part, Paying } from './part.ts';
import { safeJson } from './safe-json.ts';

export interface Format {
  ending: 'json' | 'csv';
  /** Undefined for any. */
  chains?: 'evm' | 'solana';
  /** Whether it names the Safe that pays. */
  ofSafe?: boolean;
  /** What alone pays it; undefined for any that the network has. */
  paidBy?: AttemptKind;
  /** Whether an address may be in a part but once. */
  eachAddressOnce?: boolean;
  write: (part: Part, paying: Paying) => string;
}

export const FORMATS = {
  'safe-json': { ending: 'json', chains: 'evm', ofSafe: true, paidBy: 'safe', write: safeJson },
  'safe-csv': { ending: 'csv', chains: 'evm', paidBy: 'safe', write: safeCsv },
  'solana-csv': {
    ending: 'csv',
    chains: 'solana',
    paidBy: 'solana',
    // solana-tokens would try to create the account of such an address twice, and fail with it.
    eachAddressOnce: true,
    write: solanaCsv,
  },
  csv: { ending: 'csv', write: plainCsv },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
export const formatNames = Object.keys(FORMATS) as [FormatName, ...FormatName[]];

export const formatOf = (name: FormatName): Format => FORMATS[name];

/** Whether the format is one for this network. */
export const fits = ({ chains }: Format, network: Network): boolean =>
  chains === undefined || (chains === 'evm') === isEvm(network);

/**
 * How many payouts one transaction takes. On EVM chains it may use 16,777,216 gas (EIP-7825): a
 * plain token's transfer through a Safe takes 26,500, and one of a token behind a proxy, with a
 * list of the blocked and a receiver that is new to it, some 65,000. Of 80,000 each, 200 leave
 * 777,216 for the Safe itself. On Solana ten that create the receivers' accounts were 1,206 of the
 * 1,232 bytes.
 */
export const mostIn = (network: Network): number => (isEvm(network) ? 200 : 10);

/** The payouts in their order, each in the first part that has room for it. */
export function split(
  payouts: readonly PayoutWithHistory[],
  network: Network,
  { eachAddressOnce = false }: Format,
): PayoutWithHistory[][] {
  const most = mostIn(network);
  const parts: PayoutWithHistory[][] = [];
  for (const payout of payouts) {
    const hasRoom = (part: PayoutWithHistory[]) =>
      part.length < most &&
      !(eachAddressOnce && part.some(({ address }) => address === payout.address));
    const part = parts.find(hasRoom);
    if (part) part.push(payout);
    else parts.push([payout]);
  }
  return parts;
}
