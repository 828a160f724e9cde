/** What the lists of a user's own things have in common: pages, cursors, and nobody else's rows. */
import { describe, expect, test } from 'vitest';
import { refusal } from '../support/samples.ts';
import type { Service } from '../support/service.ts';

export type Page = { items: { id: string; status: string }[]; next_cursor?: string };

/** How many rows the user of a list has, for whom the test fills in the cookie and the ids. */
export const COUNT = 230;

export function useOwnList(service: Service, path: string) {
  const own = { cookie: '', ids: [] as string[] };
  const request = (query: string, cookie = own.cookie) =>
    service.request('GET', path + query, { cookie });
  const list = async (query = '') => {
    const { status, json } = await request(query);
    expect(status).toBe(200);
    return json as Page;
  };
  const idsOf = ({ items }: Page) => items.map(({ id }) => id);
  return Object.assign(own, {
    request,
    list,
    listedIds: async (query = '') => idsOf(await list(query)),
    /** The ids of all pages, from one cursor to the next. */
    walk: async (query: string) => {
      const pages: Page[] = [];
      let cursor: string | undefined;
      do {
        pages.push(await list(`${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`));
        cursor = pages.at(-1)?.next_cursor;
      } while (cursor !== undefined);
      return pages.map(idsOf);
    },
  });
}

export function testOwnList(
  service: Service,
  own: ReturnType<typeof useOwnList>,
  malformedCursors: string[],
) {
  test('rows come newest first, 50 by default', async () =>
    expect(await own.listedIds()).toEqual(own.ids.slice(0, 50)));

  test('a user without rows gets an empty list', async () =>
    expect((await own.request('', (await service.newSession({})).cookie)).text).toBe(
      '{"items":[]}',
    ));

  test('nobody sees another user’s rows, cursor or not', async () => {
    const { next_cursor } = await own.list('?limit=1');
    const { cookie } = await service.newSession({});
    for (const query of ['', `?cursor=${next_cursor}`])
      expect((await own.request(query, cookie)).json).toEqual({ items: [] });
  });

  test('without a session there is no list', async () =>
    expect(await own.request('', '')).toMatchObject(refusal(401, 'unauthenticated')));

  describe('limit and offset', () => {
    test.each([
      ['?limit=1', 0, 1],
      ['?limit=200', 0, 200],
      ['?limit=3&offset=2', 2, 5],
      ['?offset=225', 225, 230],
      ['?offset=230', 230, 230],
      ['?offset=100000', 230, 230],
    ])('%s gives rows %i to %i', async (query, from, to) =>
      expect(await own.listedIds(query)).toEqual(own.ids.slice(from, to)),
    );

    test.each([
      '?limit=0',
      '?limit=201',
      '?limit=-1',
      '?limit=ten',
      '?limit=',
      '?limit=1.5',
      '?offset=-1',
      '?offset=x',
      '?limit=1&limit=2',
      '?limit=201&offset=-1',
    ])('%s is ignored', async (query) =>
      expect(await own.listedIds(query)).toEqual(own.ids.slice(0, 50)),
    );
  });

  describe('a cursor', () => {
    test('leads through all pages, each row once, also within one millisecond', async () => {
      const pages = await own.walk('?limit=50');
      expect(pages.flat()).toEqual(own.ids);
      expect(pages.map((page) => page.length)).toEqual([50, 50, 50, 50, 30]);
    });

    test('is missing when the last row was the last of a full page', async () => {
      expect((await own.list('?limit=30&offset=200')).next_cursor).toBeUndefined();
      expect((await own.list('?limit=29&offset=200')).next_cursor).toBeDefined();
    });

    test('takes the place of an offset', async () => {
      const { next_cursor } = await own.list('?limit=10');
      expect(await own.listedIds(`?limit=5&offset=100&cursor=${next_cursor}`)).toEqual(
        own.ids.slice(10, 15),
      );
    });

    test.each(['x', '', '%F0%9F%98%80', ...malformedCursors])(
      '%j is invalid_args',
      async (cursor) =>
        expect(await own.request(`?cursor=${cursor}`)).toMatchObject(refusal(400, 'invalid_args')),
    );
  });

  test.each(['unknown', 'SENT', 'PENDING', 'constructor', ''])(
    'the status %j matches nothing',
    async (status) => expect(await own.list(`?status=${status}`)).toEqual({ items: [] }),
  );
}
