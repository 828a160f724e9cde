/** The arithmetic of an account and its conditions, as the engine carries them out. */
import { randomUUID } from 'node:crypto';
import {
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { INT64_MAX } from '../../../../lib/money.ts';
import {
  accountChange,
  accountDebit,
  accountNotFrozen,
  accountRestored,
  accountUnlock,
  isFrozen,
  unlessFrozen,
} from '../../../../lib/store/balance/change.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { account } from '../../../support/histories.ts';
import { useWire } from '../../../support/wire.ts';

const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(() => {
  userId = randomUUID();
});

type Item = Record<string, unknown>;
type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const send = (part: Part) =>
  wire.connection.client.send(new TransactWriteCommand({ TransactItems: [part] }));
const change = (amounts: Parameters<typeof accountChange>[2]) =>
  send(accountChange(tables.Accounts, userId, amounts));
const refused = (Item?: unknown) => ({
  CancellationReasons: [{ Code: 'ConditionalCheckFailed', ...(Item !== undefined && { Item }) }],
});

describe('a change', () => {
  test('creates an account with all its numbers, and adds to those of one that is there', async () => {
    await change({ pending_micro: 5n, lifetime_micro: 5n });
    const first = account(userId, { pending_micro: 5n, lifetime_micro: 5n, version: 1n });
    expect(await database.account(userId)).toEqual(first);
    await change({ available_micro: -3n, paid_out_micro: 2n, spent_micro: 1n, reserved_micro: 7n });
    expect(await database.account(userId)).toEqual({
      ...first,
      available_micro: -3n,
      paid_out_micro: 2n,
      spent_micro: 1n,
      reserved_micro: 7n,
      version: 2n,
    });
  });

  test('keeps the lifetime an int64, to the last micro-unit', async () => {
    await change({ available_micro: INT64_MAX - 1n, lifetime_micro: INT64_MAX - 1n });
    const two = change({ available_micro: 2n, lifetime_micro: 2n });
    await expect(two).rejects.toMatchObject(refused());
    await change({ available_micro: 1n, lifetime_micro: 1n });
    const one = change({ available_micro: 1n, lifetime_micro: 1n });
    await expect(one).rejects.toMatchObject(refused());
    expect(await database.account(userId)).toMatchObject({
      available_micro: INT64_MAX,
      lifetime_micro: INT64_MAX,
    });
    await change({ available_micro: -INT64_MAX, reserved_micro: INT64_MAX });
    await change({ available_micro: -INT64_MAX, lifetime_micro: -INT64_MAX });
    expect(await database.account(userId)).toMatchObject({
      available_micro: -INT64_MAX,
      lifetime_micro: 0n,
    });
  });
});

describe('a change that earns nothing', () => {
  test('names no part but those it moves, since a role may write what a request names', () => {
    const moved = { reserved_micro: -5n, paid_out_micro: 5n };
    const { UpdateExpression, ConditionExpression } = accountChange('', userId, moved).Update;
    expect([UpdateExpression, ConditionExpression]).toEqual([
      'ADD reserved_micro :reserved_micro, paid_out_micro :paid_out_micro, version :one',
      'attribute_exists(user_id) AND reserved_micro >= :leaving_reserved_micro',
    ]);
  });

  test.each([{ available_micro: -1n, lifetime_micro: -1n }, { available_micro: 1n }])(
    'makes no account: %o',
    async (amounts) => {
      await expect(change(amounts)).rejects.toMatchObject(refused());
      expect(await database.account(userId)).toBeUndefined();
    },
  );
});

test('a change that earns nothing, but says so, makes an account with all its numbers', async () => {
  await change({ lifetime_micro: 0n });
  expect(await database.account(userId)).toEqual(account(userId, {}));
});

describe('a part that must hold what leaves it', () => {
  test.each(['pending_micro', 'reserved_micro'] as const)('is %s', async (part) => {
    await change({ available_micro: -1n, [part]: 4n, lifetime_micro: 3n });
    const before = await database.account(userId);
    const five = change({ [part]: -5n, available_micro: 5n });
    await expect(five).rejects.toMatchObject(refused());
    expect(await database.account(userId)).toEqual(before);
    await change({ [part]: -4n, available_micro: 4n });
    expect(await database.account(userId)).toMatchObject({ available_micro: 3n, [part]: 0n });
  });

  test('is both where both are left', async () => {
    await change({ pending_micro: 4n, reserved_micro: 4n, lifetime_micro: 8n });
    const leaving = { pending_micro: -4n, reserved_micro: -5n, available_micro: 9n };
    await expect(change(leaving)).rejects.toMatchObject(refused());
    await change({ ...leaving, reserved_micro: -4n, available_micro: 8n });
  });

  test('is not there in an account that is gone', async () => {
    const one = change({ reserved_micro: -1n, paid_out_micro: 1n });
    await expect(one).rejects.toMatchObject(refused());
    expect(await database.account(userId)).toBeUndefined();
  });
});

describe('a debit', () => {
  test.each(['reserved_micro', 'spent_micro'] as const)('moves the amount to %s', async (to) => {
    await database.credit(userId, 10n);
    await send(accountDebit(tables.Accounts, userId, 10n, to));
    const after = { available_micro: 0n, [to]: 10n, lifetime_micro: 10n, version: 2n };
    expect(await database.account(userId)).toEqual(account(userId, after));
  });

  test('of one micro-unit too much is refused with the account, and of no account without', async () => {
    const tooMuch = () => send(accountDebit(tables.Accounts, userId, 11n, 'spent_micro'));
    await expect(tooMuch()).rejects.toMatchObject(refused());
    await database.credit(userId, 10n);
    await expect(tooMuch()).rejects.toMatchObject(
      refused(expect.objectContaining({ available_micro: { N: '10' }, version: { N: '1' } })),
    );
    expect(await database.account(userId)).toMatchObject({ available_micro: 10n, version: 1n });
  });
});

describe('while an account is frozen', () => {
  const check = () => send(accountNotFrozen(tables.Accounts, userId));
  const move = (amountMicro: bigint) => {
    const moved = { reserved_micro: -amountMicro, available_micro: amountMicro };
    return send(unlessFrozen(accountChange(tables.Accounts, userId, moved)));
  };
  beforeEach(() => change({ reserved_micro: 5n, lifetime_micro: 5n }));

  test('what checks it, or changes it unless it is, is refused with its item', async () => {
    await database.changeAccount(userId, { frozen: { by: 'ann' } });
    const before = await database.account(userId);
    const withItem = refused(expect.objectContaining({ frozen: { M: { by: { S: 'ann' } } } }));
    await expect(check()).rejects.toMatchObject(withItem);
    await expect(move(2n)).rejects.toMatchObject(withItem);
    expect(await database.account(userId)).toEqual(before);
    expect(isFrozen(before)).toBe(true);
  });

  test('and while it is not, the check writes nothing and the change is as without', async () => {
    const before = await database.account(userId);
    await check();
    expect(await database.account(userId)).toEqual(before);
    expect(isFrozen(before)).toBe(false);
    expect(isFrozen(undefined)).toBe(false);
    await expect(move(6n)).rejects.toMatchObject(refused());
    await move(2n);
    expect(await database.account(userId)).toMatchObject({
      reserved_micro: 3n,
      available_micro: 2n,
      version: 2n,
    });
  });
});

test('an unlock moves the amount from pending to available', async () => {
  await change({ pending_micro: 5n, lifetime_micro: 5n });
  await send(accountUnlock(tables.Accounts, userId, 3n));
  expect(await database.account(userId)).toEqual(
    account(userId, { pending_micro: 2n, available_micro: 3n, lifetime_micro: 5n, version: 2n }),
  );
});

test('an unlock of more than is pending is refused', async () => {
  await change({ pending_micro: 5n, lifetime_micro: 5n });
  const six = send(accountUnlock(tables.Accounts, userId, 6n));
  await expect(six).rejects.toMatchObject(refused());
  expect(await database.account(userId)).toMatchObject({ pending_micro: 5n, version: 1n });
});

describe('a restored account', () => {
  const {
    user_id: _,
    version: __,
    ...balance
  } = account('', { available_micro: 7n, lifetime_micro: 7n });
  const restore = (...[was, becomes]: [was: Item | undefined, becomes: Item]) =>
    send(accountRestored(tables.Accounts, userId, was, becomes));

  test('is made where there is none, and only there', async () => {
    await restore(undefined, { balance, version: 4n, frozen: true });
    const made = { user_id: userId, ...balance, version: 4n, frozen: true };
    expect(await database.account(userId)).toEqual(made);
    await expect(restore(undefined, { balance, version: 5n })).rejects.toMatchObject(refused());
  });

  test('holds these numbers whatever it held, and keeps what else it has', async () => {
    const damaged = { user_id: userId, version: 3n, available_micro: 'much', frozen: true };
    await wire.connection.client.send(
      new PutCommand({ TableName: tables.Accounts, Item: damaged }),
    );
    await restore(damaged, { balance, version: 4n });
    expect(await database.account(userId)).toEqual({
      ...{ user_id: userId, ...balance },
      ...{ version: 4n, frozen: true },
    });
  });

  test('is refused when anything that was read of it has changed', async () => {
    const was = account(userId, { available_micro: 5n, lifetime_micro: 5n });
    await database.credit(userId, 5n);
    for (const name of Object.keys(was).filter((name) => name !== 'user_id'))
      await expect(
        restore({ ...was, [name]: 99n }, { balance, version: 4n }),
      ).rejects.toMatchObject(refused());
    expect(await database.account(userId)).toEqual(was);
  });

  test('without a balance has no numbers, and is of no use to anybody', async () => {
    await database.credit(userId, 5n);
    await restore(account(userId, { available_micro: 5n, lifetime_micro: 5n }), { version: 2n });
    expect(await database.account(userId)).toEqual({ user_id: userId, version: 2n });
    const debit = send(accountDebit(tables.Accounts, userId, 1n, 'reserved_micro'));
    await expect(debit).rejects.toMatchObject(refused());
    await expect(change({ lifetime_micro: 1n, pending_micro: 1n })).rejects.toMatchObject(
      refused(),
    );
    await expect(change({ reserved_micro: -1n })).rejects.toMatchObject(refused());
    await expect(send(accountUnlock(tables.Accounts, userId, 1n))).rejects.toMatchObject(refused());
  });
});
