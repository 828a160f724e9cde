import { describe, expect, test } from 'vitest';
import { stepScale, valueScale } from './axes.ts';
import { type Chart, svg } from './chart.ts';
import { MOST_SERIES } from './drawing.ts';

const chart: Chart = {
  name: 'a-chart',
  title: 'Units & time',
  note: 'a < b',
  x: 'items',
  y: 'units',
  series: [
    {
      name: 'one',
      points: [
        [10, 1],
        [100, 2],
        [1000, 4.5],
      ],
    },
    { name: 'other', dashed: true, points: [[10, 3]] },
  ],
};

describe('a scale', () => {
  test('of steps draws its values evenly, each once and in order', () => {
    const { ticks, place } = stepScale([1000, 10, 100, 10], 0, 300);
    expect(ticks).toEqual([10, 100, 1000]);
    expect(ticks.map(place)).toEqual([50, 150, 250]);
  });

  test.each([
    [
      [0.4, 1.03],
      [0, 0.5, 1, 1.5],
    ],
    [
      [7, 3],
      [0, 2, 4, 6, 8],
    ],
    [[0.29], [0, 0.1, 0.2, 0.3]],
    [[100], [0, 20, 40, 60, 80, 100]],
    [[0], [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ])('from zero to above %j has the ticks %j', (values, ticks) =>
    expect(valueScale(values, 0, 1, false).ticks).toEqual(ticks),
  );

  test('from zero places zero at its start and the last tick at its end', () => {
    const { ticks, place } = valueScale([7], 300, 100, false);
    expect([place(0), place(4), place(ticks.at(-1) ?? 0)]).toEqual([300, 200, 100]);
  });

  test.each([
    [
      [20, 1400],
      [10, 100, 1000, 10_000],
    ],
    [
      [1, 100],
      [1, 10, 100],
    ],
    [[10], [10, 100]],
    [
      [0.02, 0.5],
      [0.01, 0.1, 1],
    ],
  ])('of powers of ten around %j has the ticks %j', (values, ticks) =>
    expect(valueScale(values, 0, 1, true).ticks).toEqual(ticks),
  );
});

describe('a chart', () => {
  test('is the same text for the same data', () =>
    expect(svg(structuredClone(chart))).toBe(svg(chart)));

  test('names itself, its axes and its series, and escapes what they are called', () => {
    const text = svg(chart);
    for (const part of ['Units &amp; time', 'a &lt; b', '>items<', '>units<', '>one<', '>other<'])
      expect(text).toContain(part);
  });

  test('draws each series as a line, and each point of it with the marker of the series', () => {
    const text = svg(chart);
    // One line and one marker more for the legend's entry.
    expect(text.match(/class="curve c0"/g)).toHaveLength(2);
    expect(text.match(/class="m0"/g)).toHaveLength(4);
    expect(text.match(/class="curve c1 dashed"/g)).toHaveLength(2);
  });

  test('draws curves that coincide alike, so that none seems to be missing', () => {
    const [one] = chart.series;
    const text = svg({
      ...chart,
      series: [{ name: 'twin', points: one?.points ?? [] }, ...chart.series],
    });
    expect(text.match(/class="curve c0"/g)).toHaveLength(4);
    expect(text).not.toContain('class="curve c1"');
  });

  test('has colours for light and for dark, and a colour for each marker', () => {
    const text = svg(chart);
    expect(text).toContain('@media (prefers-color-scheme:dark)');
    for (let index = 0; index < MOST_SERIES; index++)
      expect(text.split(`.c${index}{`)).toHaveLength(3);
  });

  test('of more series than there are markers is refused', () => {
    const series = Array.from({ length: MOST_SERIES + 1 }, () => ({
      name: 'x',
      points: [[1, 1]] as const,
    }));
    expect(() => svg({ ...chart, series })).toThrow('a-chart');
  });

  test('writes large ticks with separators, whatever the locale', () => {
    expect(svg({ ...chart, series: [{ name: 'one', points: [[100_000, 1]] }] })).toContain(
      '>100,000<',
    );
  });
});
