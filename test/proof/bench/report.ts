/** The command line of `npm run bench`, and the table of figures and targets that it prints. */
import { parseArgs } from 'node:util';

type Options = {
  /** The sections to run, in the order of the benchmark. */
  sections: string[];
  /** Where the pictures go. */
  svgDir: string;
  /** Few rounds, to try the benchmark itself; its figures then say little. */
  quick: boolean;
};

const SVG_DIR = '.build/bench';

/** Throws an Error with a sentence for the user. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      svg: { type: 'string', default: SVG_DIR },
      quick: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no section ${unknown}; there are ${known.join(', ')}.`);
  return {
    sections: known.filter((name) => values.only.length === 0 || values.only.includes(name)),
    svgDir: values.svg,
    quick: values.quick,
  };
}

export type Row = {
  what: string;
  value: string;
  /** Empty for a figure that is only shown, such as the peer's. */
  target: string;
  ok: boolean;
  detail: string;
};

export const atMost = (what: string, limit: number, value: number, detail = ''): Row => ({
  what,
  value: figure(value),
  target: `<= ${limit}`,
  ok: value <= limit,
  detail,
});

export const atLeast = (what: string, limit: number, value: number, detail = ''): Row => ({
  what,
  value: figure(value),
  target: `>= ${limit}`,
  ok: value >= limit,
  detail,
});

export const exactly = (what: string, expected: string, value: string, detail = ''): Row => ({
  what,
  value,
  target: `= ${expected}`,
  ok: value === expected,
  detail,
});

export const shown = (what: string, value: number | string, detail = ''): Row => ({
  what,
  value: typeof value === 'number' ? figure(value) : value,
  target: '',
  ok: true,
  detail,
});

const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(3);

type TableSection = { title: string; rows: readonly Row[] };

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

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that at least this share (above 0, up to 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** The ratio of two medians in milliseconds, with both of them as its detail. */
export function ratio(
  ours: readonly number[],
  floor: readonly number[],
): [value: number, detail: string] {
  const [a, b] = [median(ours), median(floor)];
  return [a / b, `${a.toFixed(1)} ms / ${b.toFixed(1)} ms`];
}
