/** The axes of a chart, with their ticks, grid and labels. */
import type { Chart } from './chart.ts';
import { BOX, line, rounded, text } from './drawing.ts';
import type { Scale } from './scale.ts';

const BELOW_TICKS = 20;
const BESIDE_TICKS = 8;

export function axes(labels: Pick<Chart, 'x' | 'y'>, x: Scale, y: Scale): string[] {
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
