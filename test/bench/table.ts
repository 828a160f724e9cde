/** Medians, ratios, and the table that the benchmark prints. */

export type Row = { what: string; value: number; atMost: number; detail?: string };

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function ratio({ ours, floor }: { ours: number[]; floor: number[] }): {
  value: number;
  detail: string;
} {
  const [a, b] = [median(ours), median(floor)];
  return { value: a / b, detail: `${a.toFixed(1)} ms / ${b.toFixed(1)} ms` };
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, value, atMost, detail = '' }) => [
    what,
    Number.isInteger(value) ? String(value) : value.toFixed(3),
    `<= ${atMost}`,
    value <= atMost ? 'ok' : 'MISSED',
    detail,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
