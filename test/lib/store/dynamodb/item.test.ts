import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Account, EMPTY_ACCOUNT } from '../../../../lib/account.ts';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { parseItem } from '../../../../lib/store/dynamodb/item.ts';

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
