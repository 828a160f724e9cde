/**
 * The table that the benchmark prints: the sections one below the other, their columns aligned
 * throughout.
 */
import type { Row } from './rows.ts';

export type TableSection = { title: string; rows: readonly Row[] };

export function table(sections: readonly TableSection[]): string {
  const cells = sections.map(({ title, rows }) => ({ title, rows: rows.map(cellsOf) }));
  const all = cells.flatMap(({ rows }) => rows);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return cells
    .map(({ title, rows }) => [title, ...rows.map((row) => `  ${line(row)}`)].join('\n'))
    .join('\n\n');
}

const cellsOf = ({ what, value, target, ok, detail }: Row): string[] => [
  what,
  value,
  target,
  target === '' ? '' : ok ? 'ok' : 'MISSED',
  detail,
];

/** Whether every target was met, and there was one. */
export const allMet = (sections: readonly TableSection[]): boolean =>
  sections.some(({ rows }) => rows.some(({ target }) => target !== '')) &&
  sections.every(({ rows }) => rows.every(({ ok }) => ok));
