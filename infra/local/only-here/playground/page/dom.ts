/** Finds, makes and lists elements; text is always text, never markup. */

/** Throws for an element that the page does not have: then page and code do not belong together. */
export function find<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${kind.name} with the id ${id}.`);
}

/** `true` is an attribute without a value; undefined and false are none. */
type Attributes = Readonly<Record<string, string | boolean | undefined>>;
type Child = Node | string | undefined | false;

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** A label, and what it is of for those who meet it without what stands around it. */
export const labelOf = (label: string, of: string): [string, HTMLElement] => [
  label,
  make('span', { class: 'unseen' }, ` ${of}`),
];

interface ButtonAttributes {
  label: string;
  /** What the button acts on. */
  of: string;
  class?: string;
}

export function button({ label, of, ...attributes }: ButtonAttributes, onClick: () => void) {
  const element = make('button', { type: 'button', ...attributes }, ...labelOf(label, of));
  element.addEventListener('click', onClick);
  return element;
}

interface Rows<Item> {
  keyOf: (item: Item) => string;
  /** What the row shows of the item: as long as it is the same, the row stays as it is. */
  stampOf: (item: Item) => string;
  make: (item: Item) => HTMLLIElement;
}

/**
 * Shows the items in the list with this id, or the text for an empty one. A row that has not
 * changed is not touched, so that what was typed into it stays; one replaced under the focus takes
 * it over. Whether there was anything to change.
 */
export function showRows<Item>(
  id: string,
  items: readonly Item[],
  { keyOf, stampOf, make }: Rows<Item>,
): boolean {
  const list = find(id, HTMLElement);
  const shown = [...list.children].filter((child) => child instanceof HTMLLIElement);
  const focused = shown.find((row) => row.contains(document.activeElement))?.dataset.key;
  const rows = items.map((item) => {
    const [key, stamp] = [keyOf(item), stampOf(item)];
    const old = shown.find((row) => row.dataset.key === key);
    if (old?.dataset.stamp === stamp) return old;
    const row = make(item);
    Object.assign(row.dataset, { key, stamp });
    row.tabIndex = -1;
    return row;
  });
  for (const row of shown) if (!rows.includes(row)) row.remove();
  for (const [at, row] of rows.entries())
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  find(`${id}-empty`, HTMLElement).hidden = rows.length > 0;
  list.hidden = rows.length === 0;
  if (focused !== undefined && !list.contains(document.activeElement))
    (rows.find((row) => row.dataset.key === focused) ?? list).focus();
  return rows.length !== shown.length || rows.some((row) => !shown.includes(row));
}
