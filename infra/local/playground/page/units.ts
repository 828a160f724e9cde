/** Amounts as people write and read them: decimal units, each of which is 1,000,000 micro-units. */

/** Commas only where they part thousands, so that nobody's `25,00` becomes 2500. */
const AMOUNT = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,6}))?$/;

/** In micro-units, exactly; undefined for what is no amount, or has more than six decimals. */
export function parseAmount(text: string): bigint | undefined {
  const [match, sign = '', whole = '', fraction = ''] = AMOUNT.exec(text.trim()) ?? [];
  if (match === undefined) return undefined;
  return BigInt(sign + whole.replaceAll(',', '') + fraction.padEnd(6, '0'));
}

/** With two to six decimals, as many as it needs: `1,025.00`, `0.000001`. */
export function formatAmount(micro: bigint): string {
  const digits = String(micro < 0n ? -micro : micro).padStart(7, '0');
  const whole = digits.slice(0, -6).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${micro < 0n ? '-' : ''}${whole}.${fraction}`;
}
