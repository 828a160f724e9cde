/** The sheet that charts are drawn on, and the SVG elements that they are made of. */

export const WIDTH = 840;
export const HEIGHT = 420;

/** The plot; what is right of it belongs to the legend. */
export const BOX = { left: 76, right: 560, top: 76, bottom: 356 };

export type Place = readonly [x: number, y: number];

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
