/** A user's payouts in their lists, and as they are stored. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { newPayout, type PayoutStatus } from '../../../../lib/payout.ts';
import { findPayout, lastPayouts } from '../../../../lib/store/payouts/find-payout.ts';
import {
  listPayouts,
  type PayoutsPage,
  payoutItem,
} from '../../../../lib/store/payouts/user-payouts.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { payout } from '../../../support/histories.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const userId = randomUUID();
const idOf = (index: number) => `01a204d3-28e0-7285-b278-00000000000${index}`;
const STATUSES: PayoutStatus[] = ['requested', 'sent', 'requested', 'failed', 'requested'];

let database: Database;
let wire: Wire;

beforeAll(async () => {
  database = await startDatabase();
  for (const [index, status] of STATUSES.entries())
    await database.putPayout(payout(userId, status, 1n, idOf(index)));
  await database.putPayout(payout(randomUUID(), 'requested', 1n, idOf(9)));
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
});

const deadline = () => wire.time.now() + 10_000;
const list = async (page: Partial<PayoutsPage>, user = userId) => {
  const whole = { limit: 50, offset: 0, after: undefined, statuses: undefined, ...page };
  const { payouts, next } = await listPayouts(
    wire.db,
    database.tables.PAYOUTS_TABLE,
    user,
    whole,
    deadline(),
  );
  return { ids: payouts.map(({ id }) => id), next };
};
const ids = (...indexes: number[]) => indexes.map(idOf);

test('a stored payout is open, in the shard of its last digit, and begins its history', () => {
  const request = {
    amount_micro: 1n,
    network: 'solana' as const,
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  };
  const asked = newPayout(userId, request, 1n, 0);
  expect(payoutItem(asked)).toEqual({
    ...asked,
    shard: asked.id.at(-1),
    queue_key: `open#${asked.id}`,
    history: [{ status: 'requested', at: '1970-01-01T00:00:00.000Z', by: 'user' }],
  });
});

test.each([
  ['all of them', {}, ids(4, 3, 2, 1, 0), undefined],
  ['as many as there are', { limit: 5 }, ids(4, 3, 2, 1, 0), undefined],
  ['a page', { limit: 2 }, ids(4, 3), idOf(3)],
  ['the page after it', { limit: 2, after: idOf(3) }, ids(2, 1), idOf(1)],
  ['the last page', { limit: 2, after: idOf(1) }, ids(0), undefined],
  ['a page behind some', { limit: 2, offset: 1 }, ids(3, 2), idOf(2)],
  ['a page beyond all', { offset: 5 }, [], undefined],
  [
    'those of a status',
    { statuses: new Set<PayoutStatus>(['requested']) },
    ids(4, 2, 0),
    undefined,
  ],
  [
    'some of a status',
    { statuses: new Set<PayoutStatus>(['requested']), limit: 2 },
    ids(4, 2),
    idOf(1),
  ],
  [
    'those of a status behind some',
    { statuses: new Set<PayoutStatus>(['requested']), offset: 2 },
    ids(0),
    undefined,
  ],
  ['those of two', { statuses: new Set<PayoutStatus>(['sent', 'failed']) }, ids(3, 1), undefined],
])('the list is newest first: %s', async (_what, page, expected, next) =>
  expect(await list(page)).toEqual({ ids: expected, next }),
);

test('it is read consistently, and by its own user alone', async () => {
  expect(await list({}, randomUUID())).toEqual({ ids: [], next: undefined });
  expect(wire.proxy.log).toMatchObject([{ operation: 'Query', request: { ConsistentRead: true } }]);
});

test('the last ones come with their histories', async () => {
  const last = await lastPayouts(wire.db, database.tables.PAYOUTS_TABLE, userId, 2, deadline());
  expect(last.map(({ id, history }) => [id, history.length])).toEqual([
    [idOf(4), 1],
    [idOf(3), 1],
  ]);
});

test('one is found by its user and its id, consistently, and by nothing less', async () => {
  const { PAYOUTS_TABLE } = database.tables;
  const find = (user_id: string, id: string) =>
    findPayout(wire.db, PAYOUTS_TABLE, { user_id, id }, deadline());
  expect(await find(userId, idOf(1))).toMatchObject({ id: idOf(1), status: 'sent' });
  expect(wire.proxy.log).toMatchObject([
    { operation: 'GetItem', request: { ConsistentRead: true } },
  ]);
  expect(await find(userId, idOf(9))).toBeUndefined();
  expect(await find(randomUUID(), idOf(1))).toBeUndefined();
});

test('a corrupt one is reported by all of them', async () => {
  const corrupt = randomUUID();
  const { PAYOUTS_TABLE } = database.tables;
  await database.putPayout({ ...payout(corrupt, 'sent', 1n, idOf(1)), status: 'lost' });
  const broken = new CorruptItemError('PayoutsTable: status');
  await expect(list({}, corrupt)).rejects.toThrow(broken);
  await expect(lastPayouts(wire.db, PAYOUTS_TABLE, corrupt, 2, deadline())).rejects.toThrow(broken);
  const key = { user_id: corrupt, id: idOf(1) };
  await expect(findPayout(wire.db, PAYOUTS_TABLE, key, deadline())).rejects.toThrow(broken);
});
