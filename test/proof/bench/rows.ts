/**
 * The rows of the table that the benchmark prints: a figure, and what it must be, if it must be
 * anything.
 */

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
