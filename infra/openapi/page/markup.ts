/** HTML from templates in which everything is escaped that is not HTML already. */

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may be filled with; undefined and false leave nothing. */
export type Filling = string | number | Markup | undefined | false | readonly Filling[];

export const html = (parts: TemplateStringsArray, ...fillings: Filling[]): Markup =>
  new Markup(parts.map((part, index) => part + textOf(fillings[index])).join(''));

function textOf(filling: Filling): string {
  if (filling === undefined || filling === false) return '';
  if (filling instanceof Markup) return filling.text;
  if (typeof filling === 'object') return filling.map(textOf).join('');
  return String(filling).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
