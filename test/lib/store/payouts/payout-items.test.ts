/** A user's payouts in their lists, and as they are stored. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { newPayout, type PayoutStatus } from '../../../../lib/payout.ts';
import { firstPage, type Page } from '../../../../lib/store/dynamodb/paging.ts';
import {
  findPayout,
  lastPayouts,
  listPayouts,
  payoutItem,
} from '../../../../lib/store/payouts/payout-items.ts';
import { useDatabase } from '../../../support/database.ts';
import { payout } from '../../../support/histories.ts';
import { PAYOUT_REQUEST } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const userId = randomUUID();
const idOf = (index: number) => `01a204d3-28e0-7285-b278-00000000000${index}`;
const STATUSES: PayoutStatus[] = ['requested', 'sent', 'requested', 'failed', 'requested'];

const database = useDatabase();
const wire = useWire(database);
beforeAll(async () => {
  for (const [index, status] of STATUSES.entries())
    await database.putPayout(payout(userId, status, 1n, idOf(index)));
  await database.putPayout(payout(randomUUID(), 'requested', 1n, idOf(9)));
});

const list = async (page: Partial<Page<PayoutStatus>>, user = userId) => {
  const { rows, next } = await listPayouts(wire.store(), user, { ...firstPage(50), ...page });
  return { ids: rows.map(({ id }) => id), next };
};
const find = (user_id: string, id: string) => findPayout(wire.store(), { user_id, id });
const ids = (...indexes: number[]) => indexes.map(idOf);
const only = (...statuses: PayoutStatus[]) => ({ statuses: new Set(statuses) });

test('a stored payout is open, in the shard of its last digit, and begins its history', () => {
  const asked = newPayout(userId, { ...PAYOUT_REQUEST, amount_micro: 1n }, 1n, 0);
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
  ['those of a status', only('requested'), ids(4, 2, 0), undefined],
  ['some of a status', { ...only('requested'), limit: 2 }, ids(4, 2), idOf(1)],
  ['those of a status behind some', { ...only('requested'), offset: 2 }, ids(0), undefined],
  ['those of two', only('sent', 'failed'), ids(3, 1), undefined],
])('the list is newest first: %s', async (_what, page, expected, next) =>
  expect(await list(page)).toEqual({ ids: expected, next }),
);

test('it is read consistently, and by its own user alone', async () => {
  expect(await list({}, randomUUID())).toEqual({ ids: [], next: undefined });
  expect(wire.proxy.log).toMatchObject([{ operation: 'Query', request: { ConsistentRead: true } }]);
});

test('the last ones come with their histories', async () => {
  const history = expect.arrayContaining([expect.objectContaining({ status: 'requested' })]);
  expect(await lastPayouts(wire.store(), userId, 2)).toMatchObject([
    { id: idOf(4), history },
    { id: idOf(3), history },
  ]);
});

test('one is found by its user and its id, consistently, and by nothing less', async () => {
  expect(await find(userId, idOf(1))).toMatchObject({ id: idOf(1), status: 'sent' });
  const request = { ConsistentRead: true };
  expect(wire.proxy.log).toMatchObject([{ operation: 'GetItem', request }]);
  expect(await find(userId, idOf(9))).toBeUndefined();
  expect(await find(randomUUID(), idOf(1))).toBeUndefined();
});

test('a corrupt one is left out of its user’s list, shown to operators, and a fault by its id', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const user = randomUUID();
  for (const index of [0, 2]) await database.putPayout(payout(user, 'sent', 1n, idOf(index)));
  await database.putPayout({ ...payout(user, 'sent', 1n, idOf(1)), status: 'lost' });

  expect(await list({}, user)).toEqual({ ids: ids(2, 0), next: undefined });
  expect(await lastPayouts(wire.store(), user, 3)).toMatchObject([
    { id: idOf(2), status: 'sent' },
    { id: idOf(1), user_id: user, unreadable: true },
    { id: idOf(0), status: 'sent' },
  ]);
  const message = 'PayoutsTable: status';
  const line = { event: 'corrupt_item', id: idOf(1), user_id: user, message };
  expect(logged.mock.calls).toMatchObject([[line], [line]]);
  await expect(find(user, idOf(1))).rejects.toThrow(new CorruptItemError(message));
});

test('one on a network that is no longer offered is like any other', async () => {
  const user = randomUUID();
  await database.putPayout({ ...payout(user, 'requested', 1n, idOf(1)), network: 'dogecoin' });
  expect(await find(user, idOf(1))).toMatchObject({ network: 'dogecoin' });
  expect(await list({}, user)).toMatchObject({ ids: ids(1) });
  expect(await lastPayouts(wire.store(), user, 1)).toMatchObject([{ network: 'dogecoin' }]);
});
