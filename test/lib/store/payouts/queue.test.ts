/** The operators' queue: pages that hold every open payout once, and any payout by its id. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import { payoutItem } from '../../../../lib/store/payouts/payout-items.ts';
import { findById } from '../../../../lib/store/payouts/queue.ts';
import { measureQueue } from '../../../../lib/store/payouts/queue-age.ts';
import { listQueue } from '../../../../lib/store/payouts/queue-page.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { PAYOUT_REQUEST, USER_ID } from '../../../support/samples.ts';
import { untilTimeIsUp } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { walkQueue } from './walk-queue.ts';

const database = useDatabase();
const wire = useWire(database);

const find = (id: string) => findById(wire.store(), id);
const list = (status: 'requested' | 'processing', limit: number, after?: string) =>
  listQueue(wire.store(), { status, limit, after });

const pages = (status: 'requested' | 'processing', limit: number) =>
  walkQueue((after) => list(status, limit, after));

const requestedAt = (ms: number) => newPayout(USER_ID, PAYOUT_REQUEST, 1n, ms);

/** A payout requested at that moment, and claimed at the other one if there is one. */
const store = async (requestedMs: number, claimedMs?: number): Promise<Payout> => {
  const payout = requestedAt(requestedMs);
  const item = payoutItem(payout);
  const claim = { status: 'processing', at: rfc3339(claimedMs ?? 0), by: 'ann' };
  const claimed = { status: claim.status, history: [...item.history, claim] };
  await database.putPayout({ ...item, ...(claimedMs !== undefined && claimed) });
  return payout;
};
const close = ({ id }: Payout) =>
  database.changePayout(USER_ID, id, { status: 'sent', queue_key: `done#${id}` });

const replyWith =
  (body: object): Fault =>
  async (exchange) =>
    exchange.reply({ status: 200, body: JSON.stringify(body) });

test('an empty queue has no age and no pages', async () => {
  expect(await measureQueue(wire.store())).toEqual({
    oldest_requested_s: 0,
    oldest_processing_s: 0,
  });
  expect(await list('requested', 50)).toEqual({ payouts: [], next: undefined });
});

describe('one payout', () => {
  const UNKNOWN = '01a204d3-28e0-7285-b278-86bb311f921e';

  test('is found while it is open and when it is done, as the table says it is', async () => {
    const payout = await store(wire.time.now());
    expect(await find(payout.id)).toMatchObject(payout);
    expect(wire.proxy.operations()).toEqual(['Query', 'Query', 'GetItem']);
    expect(wire.proxy.log[2]?.request).toMatchObject({ ConsistentRead: true });
    await close(payout);
    expect(await find(payout.id)).toMatchObject({ id: payout.id, status: 'sent' });
  });

  test.each([1, 3, 5])('is looked for again while the index lags, here %i times', async (times) => {
    const payout = await store(wire.time.now());
    wire.proxy.script('Query', Array(2 * times).fill(replyWith({ Items: [], Count: 0 })));
    expect(await find(payout.id)).toMatchObject(payout);
    await close(payout);
  });

  test('is unknown, not missing, when the index lags until the deadline', async () => {
    const payout = await store(wire.time.now());
    wire.proxy.script('Query', [], replyWith({ Items: [], Count: 0 }));
    await expect(find(payout.id)).rejects.toThrow(
      `the index did not show ${payout.id} until the deadline`,
    );
    await close(payout);
  });

  test('is not found when it went while it was looked for', async () => {
    const payout = await store(wire.time.now());
    wire.proxy.script('GetItem', [replyWith({})]);
    await expect(find(payout.id)).rejects.toMatchObject({ tag: 'payout_not_found' });
    await close(payout);
  });

  test.each(['id', 'user_id'] as const)(
    'is corrupt, not missing, when its %s is stored in upper case',
    async (name) => {
      const item = payoutItem(requestedAt(wire.time.now()));
      const user_id = 'aaaaaaaa-0000-4000-8000-000000000001';
      const stored = { ...item, user_id };
      const upper = { ...stored, [name]: stored[name].toUpperCase() };
      await database.putPayout(upper);
      vi.spyOn(console, 'error').mockReturnValue();
      await expect(find(item.id)).rejects.toThrow(new CorruptItemError(`PayoutsTable: ${name}`));
      expect((await list('requested', 1)).payouts).toEqual([
        { id: upper.id, user_id: upper.user_id, unreadable: true },
      ]);
      await database.changePayout(upper.user_id, upper.id, { queue_key: 'done#' });
    },
  );

  test('is not found, without a look, when none can have this id', async () => {
    await expect(find(USER_ID)).rejects.toMatchObject({ tag: 'payout_not_found' });
    expect(wire.proxy.operations()).toEqual([]);
  });

  test('is a fault, not missing, when the index does not answer', async () => {
    wire.proxy.script('Query', untilTimeIsUp(wire.time, faults.failBefore));
    await expect(find(UNKNOWN)).rejects.toMatchObject({ name: 'InternalServerError' });
  });
});

describe('a queue of 150, every third claimed and every fifth done', () => {
  const open = { requested: [] as string[], processing: [] as string[] };
  const START_MS = Date.now() - 3_600_000;
  /** The youngest was claimed first. */
  const claimedMs = (number: number) => START_MS + 2_000_000 - number * 1000;

  beforeAll(async () => {
    await Promise.all(
      Array.from({ length: 150 }, async (_, number) => {
        const isClaimed = number % 3 === 0;
        const requestedMs = START_MS + number * 1000;
        const payout = await store(requestedMs, isClaimed ? claimedMs(number) : undefined);
        if (number % 5 === 0) return close(payout);
        return open[isClaimed ? 'processing' : 'requested'].push(payout.id);
      }),
    );
    open.requested.sort();
    open.processing.sort();
  });

  test.each([1, 7, 10, 50, 200])(
    'pages of %i hold every payout once, oldest first',
    async (limit) => {
      for (const status of ['requested', 'processing'] as const) {
        const [all, ids] = [await pages(status, limit), open[status]];
        expect(all.flat()).toEqual(ids);
        const rest = ids.length % limit || limit;
        const full = Array(Math.ceil(ids.length / limit) - 1).fill(limit);
        expect(all.map((page) => page.length)).toEqual([...full, rest]);
      }
    },
  );

  test('a page costs one round of 16 short queries', async () => {
    await list('requested', 50);
    expect(wire.proxy.operations()).toEqual(Array(16).fill('Query'));
    expect(wire.proxy.log.every(({ request }) => request.Limit === 15)).toBe(true);
  });

  test('its ages are those of the first that was requested and of the first that was claimed', async () => {
    const { oldest_requested_s, oldest_processing_s } = await measureQueue(wire.store());
    const age = (atMs: number) => Math.floor((wire.time.now() - atMs) / 1000);
    expect(age(START_MS + 1000) - oldest_requested_s).toBeLessThanOrEqual(1);
    expect(age(claimedMs(147)) - oldest_processing_s).toBeLessThanOrEqual(1);
    expect(wire.proxy.operations()).toEqual(Array(16).fill('Query'));
  });

  /** 60 in one shard that were requested before all others, of which this one was claimed. */
  const storeOlder = async (shard: string, fromMs: number, claimed: number) => {
    const older = Array.from({ length: 60 }, (_, number) => {
      const payout = requestedAt(fromMs + number);
      const status = number === claimed ? ('processing' as const) : payout.status;
      return payoutItem({ ...payout, status, id: payout.id.slice(0, -1) + shard });
    });
    for (const item of older) await database.putPayout(item);
    return older.map(({ id }) => id);
  };

  test('a page that finds little gives up after five rounds, and says where to go on', async () => {
    // Five rounds of nine do not reach the youngest.
    const ids = await storeOlder('a', START_MS - 100_000, 59);
    expect(await list('processing', 1)).toEqual({ payouts: [], next: ids[44] });
    expect(wire.proxy.log.length).toBeLessThanOrEqual(5 * 16);
    expect((await pages('processing', 1)).flat()).toEqual([ids[59], ...open.processing]);
  });

  test('what it finds at the very end of the fifth round is on it', async () => {
    const ids = await storeOlder('b', START_MS - 200_000, 44);
    const page = await list('processing', 1);
    expect(page.payouts.map(({ id }) => id)).toEqual([ids[44]]);
    expect(page.next).toBe(ids[44]);
  });

  test('a shard that answers with nothing, and that there is more, is asked again', async () => {
    const before = (await list('requested', 50)).payouts;
    const nothing = replyWith({ Items: [], LastEvaluatedKey: { shard: { S: '0' } } });
    wire.proxy.script('Query', [nothing, nothing]);
    expect((await list('requested', 50)).payouts).toEqual(before);
  });
});
