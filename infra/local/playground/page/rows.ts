/** Lists that change while somebody works in them. */
import { find } from './dom.ts';

export interface Rows<Item> {
  keyOf: (item: Item) => string;
  /** What the row shows of the item: as long as it is the same, the row stays as it is. */
  stampOf: (item: Item) => string;
  make: (item: Item) => HTMLLIElement;
}

/**
 * Shows the items in the list with this id, or the text for an empty one. A row that has not
 * changed is not touched, so that neither the focus nor what was typed into it is lost; a row that
 * was replaced under the focus takes it over.
 */
export function showRows<Item>(
  id: string,
  items: readonly Item[],
  { keyOf, stampOf, make }: Rows<Item>,
) {
  const list = find(id, HTMLElement);
  const shown = [...list.children].filter((child) => child instanceof HTMLLIElement);
  const focused = shown.find((row) => row.contains(document.activeElement))?.dataset.key;
  const rows = items.map((item) => {
    const key = keyOf(item);
    const stamp = stampOf(item);
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
}
