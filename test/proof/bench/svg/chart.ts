/** A line chart as an SVG that stands alone, light and dark: the same bytes for the same data. */
import { isDeepStrictEqual } from 'node:util';
import { axes, type Scale, stepScale, valueScale } from './axes.ts';
import { BOX, HEIGHT, line, MOST_SERIES, marker, STYLE, text, WIDTH } from './drawing.ts';

export type Series = {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** Something that the others are compared with. */
  dashed?: boolean;
};

export type Chart = {
  /** The file's name without its ending. */
  name: string;
  title: string;
  /** How it was measured, in a line. */
  note: string;
  /** The labels of the axes, each with its unit. */
  x: string;
  y: string;
  /** Powers of ten on the y axis, for values that differ by orders of magnitude. */
  logarithmic?: boolean;
  series: readonly Series[];
};

/** Throws for a chart of more series than can be told apart. */
export function svg(chart: Chart): string {
  if (chart.series.length > MOST_SERIES) throw new Error(`${chart.name} has too many series`);
  const points = chart.series.flatMap(({ points }) => points);
  const x = stepScale(
    points.map(([value]) => value),
    BOX.left,
    BOX.right,
  );
  const y = valueScale(
    points.map(([, value]) => value),
    BOX.bottom,
    BOX.top,
    chart.logarithmic ?? false,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    text({ element: 'title' }, chart.title),
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    text({ class: 'title', x: 20, y: 30 }, chart.title),
    text({ class: 'quiet', x: 20, y: 50 }, chart.note),
    ...axes(chart, x, y),
    ...chart.series.flatMap((series) => curve(series, lookOf(series, chart), x, y)),
    ...chart.series.flatMap((series, row) => legendEntry(series, lookOf(series, chart), row)),
    '</svg>',
  ].join('\n')}\n`;
}

/** Curves that coincide look the same, since the upper one would hide the other. */
const lookOf = ({ points }: Series, { series }: Chart): number =>
  series.findIndex((other) => isDeepStrictEqual(other.points, points));

function curve({ points, dashed }: Series, look: number, x: Scale, y: Scale): string[] {
  const places = points.map(([a, b]) => [x.place(a), y.place(b)] as const);
  return [
    line(places, `curve c${look}${dashed ? ' dashed' : ''}`),
    ...places.map(([a, b]) => marker(look, a, b)),
  ];
}

const LEGEND = { x: BOX.right + 24, y: BOX.top + 8, step: 24 };

function legendEntry({ name, dashed }: Series, look: number, row: number): string[] {
  const y = LEGEND.y + row * LEGEND.step;
  return [
    line(
      [
        [LEGEND.x, y],
        [LEGEND.x + 28, y],
      ],
      `curve c${look}${dashed ? ' dashed' : ''}`,
    ),
    marker(look, LEGEND.x + 14, y),
    text({ x: LEGEND.x + 36, y: y + 4 }, name),
  ];
}
