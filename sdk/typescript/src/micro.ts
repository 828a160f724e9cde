/** Amounts as callers give them: integers in micro-units, 1,000,000 of which are 1.00. */

/**
 * The amount, exactly. Throws TypeError for anything but a bigint or a safe integer: a larger
 * number is already rounded.
 */
export function exactMicro(amountMicro: unknown): bigint {
  if (typeof amountMicro === 'bigint') return amountMicro;
  if (Number.isSafeInteger(amountMicro)) return BigInt(amountMicro as number);
  throw new TypeError(
    `amountMicro must be a bigint or a safe integer, in micro-units (1_000_000 = 1.00), not ${String(amountMicro)}.`,
  );
}
