/** Lists that are long enough for a page to give up on a filter: whoever walks one sees each row. */
import { beforeAll, describe, expect, test } from 'vitest';
import { tables } from '../support/backdoor.ts';
import { payout, reward } from '../support/histories.ts';
import { PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOwnList } from './own-list.ts';

const service = useService();

const COUNT = 1650;
const NEWEST_FIRST = [...Array(COUNT).keys()].reverse();
/** Of every eleven rows ten match the one status, which makes 1,500, and one the other. */
const isRare = (index: number) => index % 11 === 0;

const idOf = {
  payouts: (index: number) => `01a204d3-28e0-7285-b278-${String(index).padStart(12, '0')}`,
  rewards: (index: number) => `r${String(index).padStart(4, '0')}`,
};
const LISTS = {
  payouts: { common: 'sent', rare: 'failed' },
  rewards: { common: 'available', rare: 'reversed' },
} as const;

let cookie: string;
beforeAll(async () => {
  const session = await service.newSession({});
  cookie = session.cookie;
  const user = session.user_id;
  const kindOf = (index: number) => (isRare(index) ? 'rare' : 'common');
  const payouts = NEWEST_FIRST.map((at) =>
    payout(user, LISTS.payouts[kindOf(at)], 1n, idOf.payouts(at)),
  );
  const rewards = NEWEST_FIRST.map((at) =>
    reward(user, idOf.rewards(at), LISTS.rewards[kindOf(at)], 1n),
  );
  await service.putAll(
    { table: tables.Payouts, items: payouts },
    { table: tables.Rewards, items: rewards },
  );
});

describe.each(['payouts', 'rewards'] as const)('of the %s', (name) => {
  const own = useOwnList(service, PATHS[name]);
  const idsOf = (kind: 'common' | 'rare') =>
    NEWEST_FIRST.filter((at) => isRare(at) === (kind === 'rare')).map(idOf[name]);
  beforeAll(() => {
    own.cookie = cookie;
  });

  test.each([
    ['common', 75],
    ['common', 200],
    ['rare', 7],
    ['rare', 200],
  ] as const)(
    'a walk sees each with a %s status once, in steps of %i',
    { tags: ['heavy'] },
    async (kind, limit) => {
      const query = `?status=${LISTS[name][kind]}&limit=${limit}`;
      const ids: string[] = [];
      for (let page: string[] | undefined; page === undefined || page.length === limit; ) {
        page = await own.listedIds(`${query}&offset=${ids.length}`);
        ids.push(...page);
      }
      expect(ids).toEqual(idsOf(kind));
      expect((await own.walk(query)).flat()).toEqual(idsOf(kind));
    },
  );

  test.each([999, 1000, 1001, 1499])(
    'offset %i of 1,500 is the row behind so many',
    async (offset) =>
      expect(await own.listedIds(`?status=${LISTS[name].common}&offset=${offset}`)).toEqual(
        idsOf('common').slice(offset, offset + 50),
      ),
  );

  test('a page by offset leads on by cursor', async () => {
    const query = `?status=${LISTS[name].common}&limit=200`;
    const { items, next_cursor } = await own.list(`${query}&offset=1000`);
    expect(items).toHaveLength(200);
    expect(await own.listedIds(`${query}&cursor=${next_cursor}`)).toEqual(
      idsOf('common').slice(1200, 1400),
    );
  });
});
