/** The axes of a chart: where values lie, which of them get a tick, grid and labels. */
import { BOX, line, rounded, text } from './drawing.ts';

export type Scale = { place: (value: number) => number; ticks: number[] };

/**
 * Draws the different values evenly, whatever lies between them: for steps that each multiply the
 * one before, such as 1, 2, 4 or 10, 100, 1000.
 */
export function stepScale(values: readonly number[], from: number, to: number): Scale {
  const ticks = [...new Set(values)].sort((a, b) => a - b);
  const gap = (to - from) / Math.max(1, ticks.length);
  return { ticks, place: (value) => from + (ticks.indexOf(value) + 0.5) * gap };
}

/** From zero to a round number above all values, or between powers of ten (then all positive). */
export function valueScale(
  values: readonly number[],
  from: number,
  to: number,
  logarithmic: boolean,
): Scale {
  return logarithmic ? powersOfTen(values, from, to) : fromZero(values, from, to);
}

function fromZero(values: readonly number[], from: number, to: number): Scale {
  const most = Math.max(...values) || 1;
  const step = roundStep(most / 5);
  const steps = Math.ceil(most / step);
  // Whole multiples, since adding a fraction again and again drifts: 0.1 + 0.2 is not 0.3.
  const ticks = Array.from({ length: steps + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
  return { ticks, place: (value) => from + ((to - from) * value) / (steps * step) };
}

/** The next larger one of 1, 2, 5, 10, 20, 50, ... */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function powersOfTen(values: readonly number[], from: number, to: number): Scale {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(`1e${first + index}`),
  );
  return {
    ticks,
    place: (value) => from + ((to - from) * (Math.log10(value) - first)) / (last - first),
  };
}

const BELOW_TICKS = 20;
const BESIDE_TICKS = 8;

export function axes(labels: { x: string; y: string }, x: Scale, y: Scale): string[] {
  const middle = { x: (BOX.left + BOX.right) / 2, y: (BOX.top + BOX.bottom) / 2 };
  return [
    ...y.ticks.flatMap((tick) => {
      const place = y.place(tick);
      return [
        line(
          [
            [BOX.left, place],
            [BOX.right, place],
          ],
          'grid',
        ),
        text({ class: 'end', x: BOX.left - BESIDE_TICKS, y: rounded(place + 4) }, tickLabel(tick)),
      ];
    }),
    ...x.ticks.flatMap((tick) => {
      const place = x.place(tick);
      return [
        line(
          [
            [place, BOX.bottom],
            [place, BOX.bottom + 5],
          ],
          'axis',
        ),
        text({ class: 'middle', x: rounded(place), y: BOX.bottom + BELOW_TICKS }, tickLabel(tick)),
      ];
    }),
    line(
      [
        [BOX.left, BOX.top],
        [BOX.left, BOX.bottom],
        [BOX.right, BOX.bottom],
      ],
      'axis',
    ),
    text({ class: 'middle quiet', x: middle.x, y: BOX.bottom + 44 }, labels.x),
    text({ class: 'middle quiet', transform: `translate(20 ${middle.y}) rotate(-90)` }, labels.y),
  ];
}

/** The same on every machine, whatever its locale. */
const tickLabel = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: 6, useGrouping: true });
