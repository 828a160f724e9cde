/** The list of what needs a review: whatever its status, and nothing else. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
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

const STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'] as const;
/** Who has claimed them. */
const ANN = 'arn:aws:iam::000000000000:user/ann';
type Status = (typeof STATUSES)[number];
const REVIEW = { why: 'It has paid.', since: '2026-02-02T00:00:00.000Z' };

/** In the order of its number, in any shard. */
const idOf = (number: number, shard = (number % 16).toString(16)) =>
  `01a204d3-28e0-7285-b278-${String(number).padStart(11, '0')}${shard}`;

type Stored = { user_id: string; id: string };

/** One that a person has to look at, as the store writes it. */
const store = async (id: string, status: Status, more: object = {}): Promise<Stored> => {
  const user_id = randomUUID();
  const review = { review: REVIEW, look_key: `review#${id}` };
  await database.putPayout({ ...payout(user_id, status, 1n, id), ...review, ...more });
  return { user_id, id };
};

/** One of which the chain alone is asked. */
const storeWatched = (id: string) =>
  store(id, 'processing', { review: undefined, look_key: `watch#${id}` });

const remove = (items: Stored[]) =>
  Promise.all(
    items.map(({ user_id, id }) => database.changePayout(user_id, id, { look_key: 'over' })),
  );

const list = (limit: number, after?: string, filter: Partial<QueueFilter> = {}) =>
  listQueue(wire.store(10_000), { needsReview: true, limit, after, ...filter });

test.each<[string, Partial<QueueFilter>, number[]]>([
  ['nothing more', {}, [1, 2, 3, 4, 5, 6]],
  ['a status', { status: 'processing' }, [2, 6]],
  ['a network', { network: 'solana' }, [4]],
  ['a least amount', { minMicro: 20n }, [3]],
  ['a claimant, who has what is still claimed', { claimedBy: ANN }, [2]],
])('of %s lists every payout with a review, and no other', async (_what, filter, expected) => {
  const items = [
    await store(idOf(1), 'requested'),
    await store(idOf(2), 'processing'),
    await store(idOf(3), 'sent', { amount_micro: 20n }),
    await store(idOf(4), 'failed', { network: 'solana' }),
    await store(idOf(5), 'cancelled'),
    await store(idOf(6), 'processing', { amount_micro: 'a lot' }),
    await storeWatched(idOf(7)),
  ];
  // Nobody waits for a look at these, of which the index does not know yet.
  const over = await store(idOf(8), 'failed', { review: undefined });
  const { payouts, next } = await list(50, undefined, filter);
  expect(next).toBeUndefined();
  expect(payouts.map(({ id }) => Number(id.slice(-12, -1)))).toEqual(expected);
  await remove([...items, over]);
});

test('those of a shard are read in one call, and in another what there was no room for', async () => {
  const items = [];
  for (let number = 1; number <= 5; number++) items.push(await store(idOf(number, 'a'), 'failed'));
  const operations = (wanted: string) =>
    wire.proxy.operations().filter((operation) => operation === wanted).length;
  wire.proxy.log.length = 0;
  expect((await list(50)).payouts).toHaveLength(5);
  expect([operations('BatchGetItem'), operations('GetItem')]).toEqual([1, 0]);
  wire.proxy.script('BatchGetItem', [
    async (exchange) => {
      const { PayoutsTable } = exchange.request.RequestItems as {
        PayoutsTable: { Keys: unknown[] };
      };
      const [first, second, ...rest] = PayoutsTable.Keys;
      const RequestItems = { PayoutsTable: { ...PayoutsTable, Keys: rest } };
      const { body, ...answer } = await exchange.forward({ ...exchange.request, RequestItems });
      const UnprocessedKeys = { PayoutsTable: { ...PayoutsTable, Keys: [first, second] } };
      exchange.reply({ ...answer, body: JSON.stringify({ ...JSON.parse(body), UnprocessedKeys }) });
    },
  ]);
  const { payouts } = await list(50);
  expect(payouts.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  expect([operations('BatchGetItem'), operations('GetItem')]).toEqual([3, 0]);
  await remove(items);
});

test('each has its review, and one that cannot be read is told by its ids', async () => {
  const items = [
    await store(idOf(1), 'failed'),
    await store(idOf(2), 'sent', { amount_micro: 'a lot' }),
  ];
  expect((await list(50)).payouts).toMatchObject([
    { id: idOf(1), status: 'failed', review: REVIEW },
    { ...items[1], unreadable: true },
  ]);
  expect(vi.mocked(console.error).mock.calls).toMatchObject([
    [{ event: 'corrupt_item', id: idOf(2), message: 'PayoutsTable: amount_micro' }],
  ]);
  await remove(items);
});

test.each([
  ['of all shards', undefined],
  ['of one shard', '3'],
])(
  'sixty %s come once and in order, on whole pages, whatever is watched beside them',
  async (_what, shard) => {
    const numbers = [...Array(60).keys()];
    const items = await Promise.all([
      ...numbers.map((number) => store(idOf(number, shard), STATUSES[number % 5] as Status)),
      ...numbers.map((number) => storeWatched(idOf(100 + number, shard))),
    ]);
    for (const limit of [7, 60, 200]) {
      const pages = await walkQueue((after) => list(limit, after));
      expect(pages.flat()).toEqual(numbers.map((number) => idOf(number, shard)));
      const full = Array(Math.ceil(60 / limit) - 1).fill(limit);
      expect(pages.slice(0, -1).map(({ length }) => length)).toEqual(full);
    }
    await remove(items);
  },
);

test('those of which the chain alone is asked cost a read of each shard at most', async () => {
  // All of one shard: more than a page's share of them.
  const items = await Promise.all([
    store(idOf(1, '3'), 'failed'),
    ...[...Array(60).keys()].map((number) => storeWatched(idOf(100 + number, '3'))),
  ]);
  wire.proxy.log.length = 0;
  expect((await list(50)).payouts.map(({ id }) => id)).toEqual([idOf(1, '3')]);
  // The sixteen shards, and the payout itself.
  expect(wire.proxy.log).toHaveLength(17);
  await remove(items);
});
