/** Amounts as chains and people write them; nothing is ever rounded. */
import { decimalText, MICRO_DECIMALS } from '../../../lib/money.ts';
import { unitsOfMicro } from '../../../lib/settlement/evidence.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { Problem } from '../../problem.ts';

/** What a contract of an EVM chain can count. */
export const UINT256_MAX = 2n ** 256n - 1n;

/** What a token account of Solana can hold. */
export const UINT64_MAX = 2n ** 64n - 1n;

/**
 * The payout's amount in the token's smallest units, at most `max` of them. Throws a Problem where
 * they would not be whole, as of a token with fewer decimals than a micro-unit has.
 */
export function unitsOf(
  { id, amount_micro }: Pick<PayoutWithHistory, 'id' | 'amount_micro'>,
  decimals: number,
  max: bigint,
): bigint {
  if (amount_micro <= 0n) throw new Problem(`The payout ${id} has no amount to pay.`);
  const units = unitsOfMicro(amount_micro, decimals);
  if (units === undefined)
    throw new Problem(
      `The payout ${id} is of ${decimal(amount_micro)}, ` +
        `which a token of ${decimals} decimals cannot pay exactly.`,
    );
  if (units > max) throw new Problem(`The payout ${id} is of more than the chain can count.`);
  return units;
}

/** Micro-units as a plain decimal number: `25`, `0.000001`. */
export const decimal = (micro: bigint): string => decimalText(micro, MICRO_DECIMALS);
