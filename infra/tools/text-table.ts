/** What people read at a terminal: tables, amounts, ages and colours. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { escapeHidden } from '../../lib/hidden-text.ts';
import { INT64_MAX } from '../../lib/money.ts';

/** How it is shown: at which moment, and whether colours are. */
export interface View {
  nowMs: number;
  colour: boolean;
}

export interface Column {
  title: string;
  /** For numbers. */
  right?: boolean;
}

/** What colour a word is in; all others have none. */
const COLOURS: Record<string, Parameters<typeof styleText>[0]> = {
  requested: 'yellow',
  pending: 'yellow',
  open: 'yellow',
  processing: 'cyan',
  sent: 'green',
  available: 'green',
  landed: 'green',
  failed: 'red',
  cancelled: 'red',
  reversed: 'red',
  unreadable: 'magenta',
};

/** Rows below their titles; without any titles, rows alone. */
export function table(columns: readonly Column[], rows: string[][], view: View): string {
  const titles = columns.map(({ title }) => title);
  const heading = titles.some((title) => title !== '') ? [titles] : [];
  const cells = [...heading, ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, at) => Math.max(0, ...cells.map((row) => row[at]?.length ?? 0)));
  return cells
    .map((row) => {
      const line = row.map((cell, at) => {
        const gap = ' '.repeat((widths[at] ?? 0) - cell.length);
        const word = painted(cell, view);
        return columns[at]?.right ? gap + word : word + gap;
      });
      return line.join('  ').trimEnd();
    })
    .join('\n');
}

/** The same without the columns in which nothing stands. */
export function sparseTable(columns: readonly Column[], rows: string[][], view: View): string {
  const used = columns.map((_, at) => rows.some((row) => row[at] !== ''));
  const kept = <Cell>(cells: readonly Cell[]) => cells.filter((_, at) => used[at]);
  return table(kept(columns), rows.map(kept), view);
}

/** Names and what they stand for. */
export const listing = (rows: string[][], view: View): string =>
  table([{ title: '' }, { title: '' }], rows, view);

/** The same for amounts, which stand below each other by their decimal points or ends. */
export const amounts = (rows: string[][], view: View): string =>
  table([{ title: '' }, { title: '', right: true }], rows, view);

function painted(word: string, { colour }: View): string {
  const format = Object.hasOwn(COLOURS, word) ? COLOURS[word] : undefined;
  return colour && format ? styleText(format, word, { validateStream: false }) : word;
}

/** A note or a source is text that others wrote: it must not move the cursor or break the table. */
export const printable = (text: string): string =>
  escapeHidden(stripVTControlCharacters(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));

/** Micro-units as a decimal number with at least two places: `25.00`, `0.000001`. */
export function money(micro: bigint): string {
  const digits = String(micro < 0n ? -micro : micro).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${micro < 0n ? '-' : ''}${digits.slice(0, -6)}.${fraction}`;
}

/** The micro-units of such a number, with six places at most; undefined for anything else. */
export function microOf(text: string): bigint | undefined {
  const [, whole, fraction = ''] = /^(\d{1,13})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const micro = BigInt(whole + fraction.padEnd(6, '0'));
  return micro <= INT64_MAX ? micro : undefined;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** How long ago a moment (RFC 3339) was, in its largest whole unit: `3d`, `12m`, `0s`. */
export function age(at: string, { nowMs }: View): string {
  const elapsed = Math.max(0, nowMs - Date.parse(at));
  if (Number.isNaN(elapsed)) return '';
  const [name, size] = UNITS.find(([, size]) => elapsed >= size) ?? (['s', 1000] as const);
  return `${Math.floor(elapsed / size)}${name}`;
}

/** The milliseconds of a time such as `2h`, in whole units of `age`; undefined for anything else. */
export function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([a-z])$/.exec(text) ?? [];
  const [, size] = UNITS.find(([name]) => name === unit) ?? [];
  return size && Number(count) * size;
}
