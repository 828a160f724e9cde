/** Lists that come in pages, newest first. */
import { fields, list, optionalText } from './fields.ts';

export interface Page<Item> {
  /** Newest first. If filtered by status, it may be short or empty and still not the last. */
  readonly items: readonly Item[];
  /** Continues after this page; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * Await it for the first page, or `for await` its items and those of all pages that follow. Nothing
 * is sent before one of them, and an error is for whoever does.
 */
export type List<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

export const readPage =
  <Item>(read: (item: unknown) => Item) =>
  (json: unknown): Page<Item> => {
    const wire = fields(json);
    return { items: list(wire.items, read), ...optionalText('nextCursor', wire.next_cursor) };
  };

/** The first page is asked for once, when it is wanted; the others when a loop comes to them. */
export function listOf<Item>(get: (cursor?: string) => Promise<Page<Item>>): List<Item> {
  let asked: Promise<Page<Item>> | undefined;
  const first = () => (asked ??= get());
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited, and sends nothing before that.
    then: (onFulfilled, onRejected) => first().then(onFulfilled, onRejected),
    catch: (onRejected) => first().catch(onRejected),
    finally: (onFinally) => first().finally(onFinally),
    [Symbol.toStringTag]: 'Promise',
    async *[Symbol.asyncIterator]() {
      let page = await first();
      yield* page.items;
      while (page.nextCursor !== undefined) {
        page = await get(page.nextCursor);
        yield* page.items;
      }
    },
  };
}
