/** Lists that come in pages, newest first. */
import { fields, list, optionalText } from './fields.ts';

export interface Page<Item> {
  /**
   * Newest first. A page that is filtered by status may be short, or empty, and still not be the
   * last.
   */
  readonly items: readonly Item[];
  /** Continues after this page; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * Await it for the first page, or loop over it with `for await` for the items of this page and all
 * that follow.
 */
export type List<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

export const readPage =
  <Item>(read: (item: unknown) => Item) =>
  (reply: unknown): Page<Item> => {
    const wire = fields(reply);
    return { items: list(wire.items, read), ...optionalText('nextCursor', wire.next_cursor) };
  };

/** The first page is asked for at once; the others when a loop comes to them. */
export function listOf<Item>(get: (cursor?: string) => Promise<Page<Item>>): List<Item> {
  const first = get();
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      let page = await first;
      yield* page.items;
      while (page.nextCursor !== undefined) {
        page = await get(page.nextCursor);
        yield* page.items;
      }
    },
  });
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The path with what is defined of the query; a list of values goes with commas. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value));
  return [path, String(search)].filter(Boolean).join('?');
}
