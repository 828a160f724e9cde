/** The formats that are lines of values: two that programs pay from, and one for people. */
import { isEvm } from '../../../lib/networks/token.ts';
import { decimal, UINT64_MAX, UINT256_MAX, unitsOf } from './amounts.ts';
import type { Part, Paying } from './part.ts';
import { evmSpelling } from './safe-json.ts';

/**
 * For Safe's app CSV Airdrop (bh2smith/safe-airdrop), which takes amounts as decimal numbers of the
 * token. It reads `id` of collectibles alone, so there the payout's own can stand.
 */
export function safeCsv({ payouts }: Part, { token, decimals }: Paying): string {
  const rows = payouts.map((payout) => {
    // It multiplies by the token's decimals, and cuts off what is not whole.
    unitsOf(payout, decimals, UINT256_MAX);
    const { id, address, amount_micro } = payout;
    return ['erc20', evmSpelling(token), evmSpelling(address), decimal(amount_micro), id];
  });
  return lines([['token_type', 'token_address', 'receiver', 'amount', 'id'], ...rows]);
}

/**
 * For `solana-tokens distribute-spl-tokens`, which takes amounts in the token's smallest units
 * (75400 is 75.4 of a token with three decimals).
 */
export function solanaCsv({ payouts }: Part, { decimals }: Paying): string {
  const rows = payouts.map((payout) => [
    payout.address,
    String(unitsOf(payout, decimals, UINT64_MAX)),
  ]);
  return lines([['recipient', 'amount'], ...rows]);
}

/** All that a payout has had from its request on, for people and their spreadsheets. */
export function plainCsv({ payouts }: Part, { network, token, decimals }: Paying): string {
  const max = isEvm(network) ? UINT256_MAX : UINT64_MAX;
  const rows = payouts.map((payout) => {
    const { id, user_id, network, address, amount_micro, requested_at } = payout;
    const units = String(unitsOf(payout, decimals, max));
    const amount = decimal(amount_micro);
    return [id, user_id, network, token, address, amount, units, requested_at].map(forSpreadsheets);
  });
  const names = 'id,user_id,network,token,address,amount,units,requested_at'.split(',');
  return lines([names, ...rows]);
}

/** A spreadsheet runs what begins like a formula (OWASP, CSV injection); so nothing does. */
export const forSpreadsheets = (cell: string): string =>
  /^[=+\-@\t\r\n|%]/.test(cell) ? `'${cell}` : cell;

/** RFC 4180, but with line feeds alone, as every reader of these takes them. */
export const lines = (rows: string[][]): string =>
  `${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;

const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
