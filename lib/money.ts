/** Money: integers in micro-units (1_000_000 = 1.00), exact over the whole int64 range. */
import * as v from 'valibot';

/** A micro-unit is a millionth of the token. */
export const MICRO_DECIMALS = 6;

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

/** The decimal digits of INT64_MAX; a longer integer is out of range whatever its digits. */
const INT64_DIGITS = 19;

export const Micro = v.pipe(v.bigint(), v.minValue(INT64_MIN), v.maxValue(INT64_MAX));
export const PositiveMicro = v.pipe(v.bigint(), v.minValue(1n), v.maxValue(INT64_MAX));

/**
 * A count of what has so many decimal places, from 0 on, as plain text with no more digits than it
 * needs: `25`, `0.000001`.
 */
export function decimalText(count: bigint, places: number): string {
  const digits = String(count).padStart(places + 1, '0');
  const end = digits.length - places;
  const fraction = digits.slice(end).replace(/0+$/, '');
  return digits.slice(0, end) + (fraction && `.${fraction}`);
}

const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The integer that a JSON number literal denotes, or undefined when it has a fractional part or
 * more digits than an int64. Works on the digits, since `1e3` and `25.0` are integers to a JSON
 * reader (RFC 8259 has one number type) while `9007199254740991.4` only looks like one after
 * rounding.
 */
export function exactInteger(literal: string): bigint | undefined {
  const match = JSON_NUMBER.exec(literal);
  if (!match) return undefined;
  // Stryker disable next-line StringLiteral: these groups always take part in a match
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;

  let first = 0;
  while (digits[first] === '0') first++;
  let end = digits.length;
  while (end > first && digits[end - 1] === '0') end--;
  if (first === end) return 0n;

  const significant = digits.slice(first, end);
  const zeros = Number(exponent) - fraction.length + (digits.length - end);
  if (zeros < 0 || significant.length + zeros > INT64_DIGITS) return undefined;
  return BigInt(sign + significant + '0'.repeat(zeros));
}
