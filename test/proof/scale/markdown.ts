/** Markdown, and numbers as infra/SCALE.md shows them. */

export type Row = (string | number)[];

/** Three digits that count. */
export function shown(number: number): string {
  const digits = { maximumSignificantDigits: 3 };
  if (number >= 1e9) return `${(number / 1e9).toLocaleString('en-US', digits)} billion`;
  if (number >= 1e6) return `${(number / 1e6).toLocaleString('en-US', digits)} million`;
  return number.toLocaleString('en-US', digits);
}

export const percent = (share: number): string => `${shown(100 * share)} %`;

export const table = (...rows: Row[]): string =>
  rows
    .map((row) => row.map((cell) => (typeof cell === 'string' ? cell : shown(cell))))
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');

/** Below the heads: the first column is words, and what follows are numbers. */
export const right = (heads: readonly string[]): Row =>
  heads.map((_, index) => (index === 0 ? '---' : '--:'));
