/** Walks through a list page by page, as a client does that follows its cursors. */
import type { Seen } from '../model/observation.ts';

/** `nth` says how ids are spelled; `cursor` is what the query string has of one. */
export type PageAsked = { nth: number; cursor?: string };

/** A page that was seen, and the sort key of the last row shown before it. */
export type SeenPage = { seen: Seen | undefined; after: string | undefined; fromMs: number };

type Items = { items: Row[] };
type Row = { id: string; granted_at?: string };

/** By what a client can tell where a list has come to: rewards are sorted by their grants. */
export const sortKeyOf = ({ id, granted_at }: Row): string =>
  granted_at === undefined ? id : `${granted_at}#${id}`;

/**
 * The pages of one walk, in order: it ends with the list, with a page that got no answer, or after
 * `pages` of them.
 */
export async function walk(
  pages: number,
  nowMs: () => number,
  ask: (cursor: string) => Promise<Seen | undefined>,
): Promise<SeenPage[]> {
  const found: SeenPage[] = [];
  let cursor: string | undefined = '';
  let after: string | undefined;
  while (cursor !== undefined && found.length < pages) {
    const fromMs = nowMs();
    const seen = await ask(cursor);
    found.push({ seen, after, fromMs });
    const { items = [], next_cursor } = (seen?.json ?? {}) as {
      items?: Row[];
      next_cursor?: string;
    };
    const last = items.at(-1);
    if (last) after = sortKeyOf(last);
    cursor = next_cursor === undefined ? undefined : `&cursor=${encodeURIComponent(next_cursor)}`;
  }
  return found;
}

/** The pages as one answer; undefined when one of them had none. */
export function joined(pages: readonly SeenPage[]): Seen | undefined {
  const last = pages.at(-1)?.seen;
  if (last?.status !== 200) return last;
  const items = pages.flatMap(({ seen }) => (seen?.json as Partial<Items>)?.items ?? []);
  return { ...last, json: { ...(last.json as object), items } };
}
