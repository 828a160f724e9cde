/** The balance counts what is due, whatever moves while it looks. */
import { describe, expect, test } from 'vitest';
import { getBalance } from '../../../../lib/store/balance/balance.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { meanwhile, pagesOf } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { LONG_MS, UNIT, useRewards } from './rewards-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const user = useRewards(database, wire);

const balance = () => getBalance(wire.store(LONG_MS), user.id);

const NOTHING = { reserved_micro: 0n, paid_out_micro: 0n, spent_micro: 0n };

test('counts what is due without moving it', async () => {
  await user.grant(3, -10_000, 'due');
  await user.grant(2, 60_000, 'later');
  expect(await balance()).toMatchObject({ pending_micro: 2n * UNIT, available_micro: 3n * UNIT });
  expect(await user.stored()).toEqual({ pending: 5n * UNIT, available: 0n });
});

test('counts what is due over as many pages as there are', async () => {
  await user.grant(3, -10_000);
  wire.proxy.script('Query', [], pagesOf(1));
  expect(await balance()).toMatchObject({ pending_micro: 0n, available_micro: 3n * UNIT });
});

test('counts a due reward that is granted while it looks', async () => {
  await user.grant(1, 60_000, 'later');
  wire.proxy.script('Query', [meanwhile('after', () => user.grant(1, -10_000, 'due'))]);
  expect(await balance()).toMatchObject({ pending_micro: UNIT, available_micro: UNIT });
});

test('is a fault when the account never holds still', async () => {
  await user.grant(1, -10_000);
  let version = 100;
  const change = () => database.changeAccount(user.id, { version: version++ });
  wire.proxy.script('GetItem', [], meanwhile('before', change));
  await expect(balance()).rejects.toThrow('the account kept changing until the deadline');
});

test('reads the account alone when nothing is pending', async () => {
  await database.credit(user.id, UNIT);
  await balance();
  const request = { ConsistentRead: true };
  expect(wire.proxy.log).toMatchObject([{ operation: 'GetItem', request }]);
});

test('of a user without history is zeros', async () =>
  expect(await balance()).toEqual({
    ...NOTHING,
    pending_micro: 0n,
    available_micro: 0n,
    lifetime_micro: 0n,
  }));

describe('is the same when another caller unlocks everything', () => {
  test.each([
    ['before the first look at the account', 'GetItem', [], 'before'],
    ['after the first look at the account', 'GetItem', [], 'after'],
    ['before the look at what is due', 'Query', [], 'before'],
    ['after the look at what is due', 'Query', [], 'after'],
    ['before the second look at the account', 'GetItem', [faults.none], 'before'],
  ] as const)('%s', async (_name, operation, first, when) => {
    await user.grant(3, -10_000, 'due');
    await user.grant(2, 60_000, 'later');
    const unlock = () => {
      wire.proxy.script(operation, []);
      return unlockDue(wire.store(LONG_MS), user.id);
    };
    wire.proxy.script(operation, [...first, meanwhile(when, unlock)]);
    expect(await balance()).toEqual({
      ...NOTHING,
      pending_micro: 2n * UNIT,
      available_micro: 3n * UNIT,
      lifetime_micro: 5n * UNIT,
    });
  });
});
