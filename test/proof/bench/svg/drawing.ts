/** What charts are drawn with: the sheet, SVG elements, colours for light and dark, and markers. */
export const WIDTH = 840;
export const HEIGHT = 420;

/** The plot; what is right of it belongs to the legend. */
export const BOX = { left: 76, right: 560, top: 76, bottom: 356 };

type Place = readonly [x: number, y: number];

type TextAttributes = { element?: 'text' | 'title' } & Record<string, string | number>;

export function text({ element = 'text', ...attributes }: TextAttributes, content: string): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<${element}${written.join('')}>${escaped(content)}</${element}>`;
}

export const line = (places: readonly Place[], className: string): string =>
  `<polyline class="${className}" points="${places.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' ')}"/>`;

/** A tenth of a pixel is finer than anyone sees, and keeps the text short. */
export const rounded = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

type Palette = { paper: string; ink: string; quiet: string; grid: string; series: string[] };

const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1f2328',
  quiet: '#59636e',
  grid: '#e2e6ea',
  series: ['#0b62b8', '#c2410c', '#16794a', '#7c3aed', '#8a6100', '#be185d'],
};
const DARK: Palette = {
  paper: '#0d1117',
  ink: '#e6edf3',
  quiet: '#9aa4af',
  grid: '#272e37',
  series: ['#6cb6ff', '#ff9d5c', '#5fd38d', '#c4a1ff', '#f2cc60', '#ff8fb3'],
};

const colours = ({ paper, ink, quiet, grid, series }: Palette): string =>
  [
    `.paper{fill:${paper}}`,
    `text{fill:${ink}}`,
    `.quiet{fill:${quiet}}`,
    `.grid{stroke:${grid}}`,
    `.axis{stroke:${quiet}}`,
    ...series.map((colour, index) => `.c${index}{stroke:${colour}}.m${index}{fill:${colour}}`),
  ].join('');

export const STYLE = [
  'text{font:12px system-ui,sans-serif}.title{font-size:16px;font-weight:600}',
  '.middle{text-anchor:middle}.end{text-anchor:end}',
  'polyline{fill:none}.curve{stroke-width:2;stroke-linejoin:round}.dashed{stroke-dasharray:6 4}',
  colours(LIGHT),
  `@media (prefers-color-scheme:dark){${colours(DARK)}}`,
].join('');

const SHAPES = [
  '<circle r="4"/>',
  '<rect x="-4" y="-4" width="8" height="8"/>',
  '<path d="M0-5L5 4H-5Z"/>',
  '<path d="M0-5.5L5.5 0 0 5.5-5.5 0Z"/>',
  '<path d="M0 5L5-4H-5Z"/>',
  '<rect x="-5" y="-2" width="10" height="4"/>',
];

export const MOST_SERIES = SHAPES.length;

export const marker = (index: number, x: number, y: number): string =>
  `<g class="m${index}" transform="translate(${rounded(x)} ${rounded(y)})">${SHAPES[index]}</g>`;
