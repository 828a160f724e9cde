/** The queue with payouts that cannot be read: all others are there, and these in their places. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { firstIdAt, newId } from '../../../../lib/ids.ts';
import { listQueue, type QueueFilter } from '../../../../lib/store/payouts/queue-page.ts';
import { useDatabase } from '../../../support/database.ts';
import { payout } from '../../../support/histories.ts';
import { useWire } from '../../../support/wire.ts';
import { walkQueue } from './walk-queue.ts';

const database = useDatabase();
const wire = useWire(database);
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});

type Status = 'requested' | 'processing';
const CORRUPT = { amount_micro: 'a lot' };

/** In the order of its number, in any shard. */
const idOf = (number: number, shard = (number % 16).toString(16)) =>
  `01a204d3-28e0-7285-b278-${String(number).padStart(11, '0')}${shard}`;

const store = async (id: string, status: Status, more: object = {}) => {
  const item = { ...payout(randomUUID(), status, 1n, id), ...more };
  await database.putPayout(item);
  return item;
};
type Stored = Awaited<ReturnType<typeof store>>;
const remove = (items: Stored[]) =>
  Promise.all(
    items.map(({ user_id, id }) =>
      database.changePayout(String(user_id), String(id), { queue_key: 'done#x' }),
    ),
  );

const list = (status: Status, limit: number, after?: string, filter: Partial<QueueFilter> = {}) =>
  listQueue(wire.store(10_000), { status, limit, after, ...filter });

const walk = (status: Status, limit: number) => walkQueue((after) => list(status, limit, after));

const idsLogged = () => vi.mocked(console.error).mock.calls.map(([{ id }]) => id);

test('one that cannot be read is in both lists in its place, logged by its ids', async () => {
  const items = [
    await store(idOf(1), 'requested'),
    await store(idOf(2), 'processing', CORRUPT),
    await store(idOf(3), 'requested', { network: 'dogecoin' }),
    await store(idOf(4), 'processing'),
  ];
  const shown = { id: idOf(2), user_id: items[1]?.user_id, unreadable: true };
  expect(await list('requested', 50)).toMatchObject({
    payouts: [{ id: idOf(1) }, shown, { id: idOf(3), network: 'dogecoin' }],
  });
  expect(await list('processing', 50)).toMatchObject({ payouts: [shown, { id: idOf(4) }] });
  const line = { event: 'corrupt_item', id: idOf(2), user_id: items[1]?.user_id };
  const message = 'PayoutsTable: amount_micro';
  expect(vi.mocked(console.error).mock.calls).toMatchObject([
    [{ ...line, message }],
    [{ ...line, message }],
  ]);
  await remove(items);
});

describe('of 60 that wait', () => {
  test.each([
    ['every third', (number: number) => number % 3 === 0],
    ['the oldest ten', (number: number) => number < 10],
    ['the youngest ten', (number: number) => number >= 50],
    ['all', () => true],
  ])('%s cannot be read: pages are whole, and each comes once', async (_what, isCorrupt) => {
    const numbers = [...Array(60).keys()];
    const items = await Promise.all(
      numbers.map((number) =>
        store(idOf(number), 'requested', isCorrupt(number) ? CORRUPT : undefined),
      ),
    );
    for (const limit of [1, 7, 10, 60, 200]) {
      const pages = await walk('requested', limit);
      expect(pages.flat()).toEqual(numbers.map((number) => idOf(number)));
      const full = Array(Math.ceil(60 / limit) - 1).fill(limit);
      expect(pages.slice(0, -1).map(({ length }) => length)).toEqual(full);
      expect((await walk('processing', limit)).flat()).toEqual(
        numbers.filter(isCorrupt).map((number) => idOf(number)),
      );
    }
    await remove(items);
  });

  test('some have no id for a place: they come once, with the one after them', async () => {
    const odd = (place: string) =>
      store(idOf(900 + place.length), 'requested', { queue_key: `open#${place}`, shard: '3' });
    const items = [
      await odd('!'),
      await store(idOf(1), 'requested'),
      await odd(`${idOf(1)}+`),
      await odd(`${idOf(1)}++`),
      await store(idOf(2), 'requested'),
      await odd('zzz'),
      await odd('zzzz'),
    ];
    const ids = items.map(({ id }) => id);
    expect((await list('requested', 50)).payouts.map(({ id }) => id)).toEqual(ids);
    expect(await walk('requested', 1)).toEqual([ids.slice(0, 2), ids.slice(2, 5), ids.slice(5)]);
    await remove(items);
  });

  test('more of those than five rounds read do not send a reader in circles', async () => {
    const items = await Promise.all(
      [...Array(60).keys()].map((number) =>
        store(idOf(number), 'requested', {
          ...CORRUPT,
          shard: '3',
          queue_key: `open#!${String(number).padStart(2, '0')}`,
        }),
      ),
    );
    items.push(await store(idOf(99, '3'), 'requested'));
    const ids = items.map(({ id }) => id);
    expect(await walk('requested', 1)).toEqual([ids]);
    expect(new Set(idsLogged()).size).toBe(60);
    await remove(items);
  });
});

describe('a filter', () => {
  const ANN = 'arn:aws:iam::000000000000:user/ann';
  const by = (by: string) => ({
    history: [{ status: 'processing', at: '2026-02-02T00:00:00.000Z', by }],
  });
  const listed = async (status: Status, filter: Partial<QueueFilter>) => {
    const { payouts, next } = await list(status, 50, undefined, filter);
    expect(next).toBeUndefined();
    return payouts.map(({ id }) => Number(id.slice(-12, -1)));
  };

  test.each<[string, Status, Partial<QueueFilter>, number[]]>([
    ['nothing', 'processing', {}, [1, 2, 3, 4, 5, 8]],
    ['a network', 'processing', { network: 'solana' }, [2]],
    ['a network that is no longer offered', 'requested', { network: 'dogecoin' }, [7]],
    ['a least amount', 'processing', { minMicro: 20n }, [3, 5]],
    ['a greatest amount', 'processing', { maxMicro: 20n }, [1, 2, 3, 8]],
    ['both', 'processing', { minMicro: 20n, maxMicro: 20n }, [3]],
    ['who claimed', 'processing', { claimedBy: ANN }, [1, 3, 5]],
    ['who claimed, of those that nobody has claimed', 'requested', { claimedBy: 'bob' }, []],
    ['all of it', 'processing', { network: 'polygon', claimedBy: ANN, minMicro: 21n }, [5]],
  ])('of %s lists just those that fit', async (_what, status, filter, expected) => {
    const items = [
      await store(idOf(1), 'processing', by(ANN)),
      await store(idOf(2), 'processing', { ...by('bob'), network: 'solana' }),
      await store(idOf(3), 'processing', { ...by(ANN), amount_micro: 20n }),
      await store(idOf(4), 'processing', CORRUPT),
      await store(idOf(5), 'processing', { ...by(ANN), amount_micro: 21n }),
      // Given up by bob, who so made its last step.
      await store(idOf(6), 'requested', {
        history: [{ ...by('bob').history[0], status: 'requested' }],
      }),
      await store(idOf(7), 'requested', { network: 'dogecoin' }),
      // Claimed, and nothing says by whom.
      await store(idOf(8), 'processing', { history: [] }),
    ];
    expect(await listed(status, filter)).toEqual(expected);
    await remove(items);
  });

  test('of a time ends the walk where ids begin that were made then, corrupt ones too', async () => {
    const at = Date.parse('2026-03-01T00:00:00.000Z');
    const time = (milliseconds: number) => new Date(at + milliseconds).toISOString();
    const made = [-1, 0, 1].map((more) => newId(at + more));
    const items = await Promise.all(
      made.map((id, number) => store(id, 'requested', number === 2 ? CORRUPT : {})),
    );
    // It has the place at which they begin, which is no id.
    const odd = await store(idOf(1), 'requested', { queue_key: `open#${firstIdAt(time(0))}` });
    // Far more in one shard than a page takes, all of them younger.
    const later = await Promise.all(
      [...Array(40).keys()].map(() => store(`${newId(at + 5).slice(0, -1)}3`, 'requested')),
    );
    const madeBefore = async (requestedBefore: string) =>
      (await list('requested', 50, undefined, { requestedBefore })).payouts.map(({ id }) => id);
    expect(await madeBefore(time(-1))).toEqual([]);
    expect(await madeBefore(time(0))).toEqual(made.slice(0, 1));
    wire.proxy.log.length = 0;
    expect(await madeBefore(time(1))).toEqual([made[0], odd.id, made[1]]);
    expect(wire.proxy.log).toHaveLength(16);
    expect(await madeBefore(time(2))).toEqual([made[0], odd.id, ...made.slice(1)]);
    expect(await madeBefore('0000-01-01T00:00:00.000Z')).toEqual([]);
    await remove([...items, odd, ...later]);
  });

  test('that few fit leaves a page short, and its cursor leads on to all of them', async () => {
    // One shard, of which five rounds read 75 at a limit of 50.
    const items = await Promise.all(
      [...Array(200).keys()].map((number) =>
        store(idOf(number, '3'), 'processing', by(number % 90 === 89 ? ANN : 'bob')),
      ),
    );
    wire.proxy.log.length = 0;
    const pages = await walkQueue((after) => list('processing', 50, after, { claimedBy: ANN }));
    expect(pages).toEqual([[], [idOf(89, '3')], [idOf(179, '3')]]);
    // The other shards end with the first round of each page.
    expect(wire.proxy.log.length).toBeLessThanOrEqual(3 * (15 + 5));
    await remove(items);
  });
});
