/** Amounts, times, ids and JSON as people read and write them. */
import { parseJson } from '../../../../../sdk/typescript/src/json.ts';

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

/** A time of the API's with its date, as the reader's place and language have them. */
export const formatTime = (time: string): string =>
  new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Head and tail, by which people know an id, an address or a hash. */
export const short = (text: string): string =>
  text.length <= 16 ? text : `${text.slice(0, 6)}…${text.slice(-6)}`;

/** The text itself when it is not JSON. */
export function prettyJson(text: string): string {
  try {
    return print(parseJson(text), '');
  } catch {
    return text;
  }
}

function print(value: unknown, indent: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => print(item, inner))
    : Object.entries(value).map(
        ([key, member]) => `${JSON.stringify(key)}: ${print(member, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0
    ? `${open}${close}`
    : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}
