import * as v from 'valibot';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Account, EMPTY_ACCOUNT } from '../../../../lib/account.ts';
import { CorruptItemError } from '../../../../lib/errors.ts';
import {
  idsOf,
  parseItem,
  readOrLog,
  UnreadableItem,
  unreadable,
} from '../../../../lib/store/dynamodb/item.ts';

const Item = v.object({ id: v.string(), parts: v.object({ amount: v.bigint() }) });

test('an item that fits is what its schema makes of it', () =>
  expect(parseItem(Item, { id: 'a', parts: { amount: 1n }, other: true }, 'things')).toEqual({
    id: 'a',
    parts: { amount: 1n },
  }));

test('a corrupt one is reported with its table and its fields, and without any value', () =>
  expect(() => parseItem(Item, { id: 5, parts: { amount: 'secret' } }, 'things')).toThrow(
    new CorruptItemError('things: id, parts.amount'),
  ));

test('where no field alone is wrong, it is said what is', () =>
  expect(() => parseItem(Account, { ...EMPTY_ACCOUNT, spent_micro: 1n }, 'accounts')).toThrow(
    new CorruptItemError('accounts: the parts of the balance do not add up to lifetime_micro'),
  ));

test('an item is known by its own id, whatever its name, and by its user’s', () => {
  const item = { id: 'a', reward_id: 'b', user_id: 'c', amount: 1n };
  expect(idsOf(item)).toEqual({ id: 'a', user_id: 'c' });
  expect(idsOf(item, 'reward_id')).toEqual({ id: 'b', user_id: 'c' });
});

test('what stands for an unreadable item says so, and nothing that does not is one', () => {
  const standIn = unreadable({ id: 'a', user_id: 'c' });
  expect(v.parse(UnreadableItem, standIn)).toEqual({ id: 'a', user_id: 'c', unreadable: true });
  for (const other of [
    { ...standIn, unreadable: false },
    { id: 'a', user_id: 'c' },
  ])
    expect(v.is(UnreadableItem, other)).toBe(false);
});

test('among others only a corrupt item is logged and left out: other failures are thrown', () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => error.mockRestore());
  const ids = { id: 'a', user_id: 'c' };
  const failing = (failure: Error) => () =>
    readOrLog(() => {
      throw failure;
    }, ids);
  expect(readOrLog(() => 'row', ids)).toBe('row');
  expect(failing(new TypeError('a bug'))).toThrow(new TypeError('a bug'));
  expect(error).not.toHaveBeenCalled();
  expect(failing(new CorruptItemError('things: id'))()).toBeUndefined();
  expect(error.mock.calls).toMatchObject([[{ event: 'corrupt_item', ...ids }]]);
});
