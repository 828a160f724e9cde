/** A walk through a list, page by page. */
import { expect, test } from 'vitest';
import type { Seen } from '../model/observation.ts';
import { joined, walk } from './pages.ts';

const page = (ids: string[], next_cursor?: string): Seen => ({
  status: 200,
  text: '',
  json: { items: ids.map((id) => ({ id })), ...(next_cursor !== undefined && { next_cursor }) },
  replayed: false,
});

test('follows the cursors to the end, and says behind which row each page begins', async () => {
  const asked: string[] = [];
  const pages = await walk(
    9,
    () => 0,
    async (cursor) => {
      asked.push(cursor);
      return cursor === '' ? page(['d', 'c'], 'x=') : page(['b', 'a']);
    },
  );
  expect(asked).toEqual(['', '&cursor=x%3D']);
  expect(pages.map(({ after }) => after)).toEqual([undefined, 'c']);
  expect(joined(pages)?.json).toEqual({ items: ['d', 'c', 'b', 'a'].map((id) => ({ id })) });
});

test('ends after so many pages, where its answer says that there is more', async () => {
  const pages = await walk(
    2,
    () => 0,
    async () => page(['a'], 'more'),
  );
  expect(pages).toHaveLength(2);
  expect(joined(pages)?.json).toMatchObject({ next_cursor: 'more' });
});

test('ends without an answer where a page has none', async () => {
  let calls = 0;
  const pages = await walk(
    9,
    () => 0,
    async () => (++calls === 1 ? page(['a'], 'more') : undefined),
  );
  expect(pages).toHaveLength(2);
  expect(joined(pages)).toBeUndefined();
});
