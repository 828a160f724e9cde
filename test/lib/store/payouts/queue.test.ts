import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import type { Db } from '../../../../lib/store/dynamodb/store.ts';
import { findById, listQueue } from '../../../../lib/store/payouts/queue.ts';
import { measureQueue } from '../../../../lib/store/payouts/queue-age.ts';
import { payoutItem } from '../../../../lib/store/payouts/user-payouts.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { type Fault, type FaultProxy, faults } from '../../../support/fault-proxy.ts';
import type { TestTime } from '../../../support/samples.ts';
import { openWire } from '../../../support/wire.ts';

const USER = '00000000-0000-4000-8000-000000000001';
const request = {
  amount_micro: 25_000_000n,
  network: 'ethereum' as const,
  address: '0x27b1fdb04752bbc536007a920d24acb045561c26',
};

let database: Database;
let proxy: FaultProxy;
let time: TestTime;
let db: Db;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  ({ proxy, time, db } = await openWire(database.url));
});

const deadlineMs = () => time.now() + 3000;
const operations = () => proxy.log.map(({ operation }) => operation);

/** A payout requested at that moment, and claimed at the other one if there is one. */
const store = async (requestedMs: number, claimedMs?: number): Promise<Payout> => {
  const payout = newPayout(USER, request, 1n, requestedMs);
  const item = payoutItem(payout);
  const claim = {
    status: 'processing',
    at: rfc3339(claimedMs ?? 0),
    by: 'arn:aws:iam::1:user/ann',
  };
  await database.putPayout(
    claimedMs === undefined
      ? item
      : { ...item, status: claim.status, history: [...item.history, claim] },
  );
  return payout;
};

const close = ({ id }: Payout) =>
  database.changePayout(USER, id, { status: 'sent', queue_key: `done#${id}` });

describe('an empty queue', () => {
  test('has no age', async () =>
    expect(await measureQueue(db, database.tables.PAYOUTS_TABLE, deadlineMs())).toEqual({
      oldest_requested_s: 0,
      oldest_processing_s: 0,
    }));

  test('has no pages', async () =>
    expect(await list('requested', 50)).toEqual({ payouts: [], next: undefined }));
});

const list = (status: 'requested' | 'processing', limit: number, after?: string) =>
  listQueue(db, database.tables.PAYOUTS_TABLE, { status, limit, after }, deadlineMs());

/** All pages of the queue, as ids. */
const pages = async (status: 'requested' | 'processing', limit: number): Promise<string[][]> => {
  const all: string[][] = [];
  for (let after: string | undefined; ; ) {
    const { payouts, next } = await list(status, limit, after);
    all.push(payouts.map(({ id }) => id));
    if (next === undefined) return all;
    after = next;
  }
};

describe('one payout', () => {
  test('is found while it is open and when it is done, as the table says it is', async () => {
    const payout = await store(time.now());
    expect(await find(payout.id)).toMatchObject(payout);
    expect(operations()).toEqual(['Query', 'Query', 'GetItem']);
    expect(proxy.log[2]?.request).toMatchObject({ ConsistentRead: true });
    await close(payout);
    expect(await find(payout.id)).toMatchObject({ id: payout.id, status: 'sent' });
  });

  test('is looked for again, because the index may lag', async () => {
    const payout = await store(time.now());
    const notYet: Fault = async (exchange) =>
      exchange.reply({ status: 200, body: '{"Items":[],"Count":0}' });
    proxy.script('Query', [notYet, notYet, notYet, notYet]);
    expect(await find(payout.id)).toMatchObject(payout);
    await close(payout);
  });

  test('is not found when it went while it was looked for', async () => {
    const payout = await store(time.now());
    proxy.script('GetItem', [async (exchange) => exchange.reply({ status: 200, body: '{}' })]);
    const found = findById(db, database.tables.PAYOUTS_TABLE, payout.id, deadlineMs());
    await expect(found).rejects.toMatchObject({ tag: 'payout_not_found' });
    await close(payout);
  });

  test('is not found when nobody has it', async () => {
    await expect(find('01a204d3-28e0-7285-b278-86bb311f921e')).rejects.toMatchObject({
      tag: 'payout_not_found',
    });
    expect(operations()).toEqual(Array(6).fill('Query'));
  });

  test('is a fault, not missing, when the index does not answer', async () => {
    proxy.script('Query', [], faults.failBefore);
    await expect(find('01a204d3-28e0-7285-b278-86bb311f921e')).rejects.toMatchObject({
      name: 'InternalServerError',
    });
  });

  const find = (id: string) => findById(db, database.tables.PAYOUTS_TABLE, id, deadlineMs());
});

describe('a queue of 150, every third claimed and every fifth done', () => {
  const requested: string[] = [];
  const processing: string[] = [];
  const START_MS = Date.now() - 3_600_000;

  beforeAll(async () => {
    const numbers = Array.from({ length: 150 }, (_, number) => number);
    const kinds = await Promise.all(
      numbers.map(async (number) => {
        const requestedMs = START_MS + number * 1000;
        // The youngest was claimed first.
        const payout = await store(
          requestedMs,
          number % 3 === 0 ? START_MS + 2_000_000 - number * 1000 : undefined,
        );
        if (number % 5 === 0) await close(payout);
        return { number, id: payout.id };
      }),
    );
    for (const { number, id } of kinds)
      if (number % 5 !== 0) (number % 3 === 0 ? processing : requested).push(id);
  });

  test.each([1, 7, 10, 50, 200])(
    'pages of %i hold every payout once, oldest first',
    async (limit) => {
      for (const [status, ids] of [
        ['requested', requested],
        ['processing', processing],
      ] as const) {
        const all = await pages(status, limit);
        expect(all.flat()).toEqual(ids);
        const rest = ids.length % limit || limit;
        expect(all.map((page) => page.length)).toEqual([
          ...Array(Math.ceil(ids.length / limit) - 1).fill(limit),
          rest,
        ]);
      }
    },
  );

  test('a page costs one round of 16 short queries', async () => {
    await list('requested', 50);
    expect(operations()).toEqual(Array(16).fill('Query'));
    expect(proxy.log.every(({ request }) => request.Limit === 15)).toBe(true);
  });

  test('its ages are those of the first that was requested and of the first that was claimed', async () => {
    const { oldest_requested_s, oldest_processing_s } = await measureQueue(
      db,
      database.tables.PAYOUTS_TABLE,
      deadlineMs(),
    );
    const age = (atMs: number) => Math.floor((time.now() - atMs) / 1000);
    expect(age(START_MS + 1000) - oldest_requested_s).toBeLessThanOrEqual(1);
    expect(age(START_MS + 2_000_000 - 147_000) - oldest_processing_s).toBeLessThanOrEqual(1);
    expect(operations()).toEqual(Array(16).fill('Query'));
  });

  test('a page that finds little gives up after five rounds, and says where to go on', async () => {
    // 60 older ones in one shard, of which only the youngest is wanted: five rounds of nine do not
    // reach it.
    const older = Array.from({ length: 60 }, (_, number) => {
      const payout = newPayout(USER, request, 1n, START_MS - 100_000 + number);
      return {
        ...payoutItem({ ...payout, id: `${payout.id.slice(0, -1)}a` }),
        status: 'requested',
      };
    });
    const wanted = { ...older[59], status: 'processing' };
    for (const item of [...older.slice(0, 59), wanted]) await database.putPayout(item);
    expect(await list('processing', 1)).toEqual({ payouts: [], next: older[44]?.id });
    expect(proxy.log.length).toBeLessThanOrEqual(5 * 16);
    expect((await pages('processing', 1)).flat()).toEqual([wanted.id, ...processing]);
  });

  test('what it finds at the very end of the fifth round is on it', async () => {
    const oldest = Array.from({ length: 60 }, (_, number) => {
      const payout = newPayout(USER, request, 1n, START_MS - 200_000 + number);
      return payoutItem({
        ...payout,
        id: `${payout.id.slice(0, -1)}b`,
        status: number === 44 ? 'processing' : 'requested',
      });
    });
    for (const item of oldest) await database.putPayout(item);
    const page = await list('processing', 1);
    expect(page.payouts.map(({ id }) => id)).toEqual([oldest[44]?.id]);
    expect(page.next).toBe(oldest[44]?.id);
  });

  test('a shard that answers with nothing, and that there is more, is asked again', async () => {
    const before = (await list('requested', 50)).payouts;
    const LastEvaluatedKey = { shard: { S: '0' } };
    const nothing: Fault = async (exchange) =>
      exchange.reply({ status: 200, body: JSON.stringify({ Items: [], LastEvaluatedKey }) });
    proxy.script('Query', [nothing, nothing]);
    expect((await list('requested', 50)).payouts).toEqual(before);
  });

  test('a stored payout that makes no sense is a fault', async () => {
    const {
      payouts: [oldest],
    } = await list('requested', 1);
    await database.changePayout(USER, oldest?.id ?? '', { amount_micro: 'a lot' });
    await expect(list('requested', 50)).rejects.toMatchObject({ name: 'CorruptItemError' });
  });
});
