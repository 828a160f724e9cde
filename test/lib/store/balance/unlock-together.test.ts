/** Several users in one transaction: all of it or nothing, and nobody twice. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { groupsOf, unlockTogether } from '../../../../lib/store/balance/unlock-together.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { FUTURE, PAST } from '../../../support/samples.ts';
import { FAULTS, meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { LONG_MS, UNIT } from './rewards-of-user.ts';

const database = useDatabase();
const wire = useWire(database);

let users: string[] = [];
beforeEach(async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  users = [randomUUID(), randomUUID(), randomUUID()];
  for (const user of users)
    await database.grant(
      user,
      REWARDS.map((reward_id) => ({ reward_id, amount_micro: UNIT, unlocks_at: PAST })),
    );
});

const REWARDS = ['one', 'two'];
const together = () =>
  unlockTogether(
    wire.store(LONG_MS),
    users.map((user) => [user, REWARDS]),
  );
const moved = () =>
  Promise.all(
    users.map(async (user) => {
      const { available_micro, pending_micro } = (await database.account(user)) ?? {};
      return [available_micro, pending_micro];
    }),
  );
const ALL = [2n * UNIT, 0n];
const NONE = [0n, 2n * UNIT];

test('a group is as many users, in their order, as a transaction takes with their rewards', () => {
  const named = (sizes: number[]) =>
    sizes.map((size, at) => [`u${at}`, Array<string>(size).fill('r')] as const);
  const sizes = (groups: ReturnType<typeof groupsOf>) =>
    groups.map((group) => group.map(([, { length }]) => length));
  expect(sizes(groupsOf(named([])))).toEqual([]);
  expect(sizes(groupsOf(named(Array(51).fill(1))))).toEqual([Array(50).fill(1), [1]]);
  expect(sizes(groupsOf(named([9, 40, 48, 1, 99])))).toEqual([[9, 40, 48], [1], [99]]);
});

test('all are unlocked by one read and one write', async () => {
  expect(await together()).toEqual({ rewards: 6, users: 3, alone: [] });
  expect(await moved()).toEqual([ALL, ALL, ALL]);
  expect(wire.proxy.operations()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  expect(wire.proxy.log[0]?.request).toMatchObject({
    RequestItems: { RewardsTable: { ConsistentRead: true } },
  });
});

describe('what an index lists wrongly is left alone:', () => {
  test('what has been unlocked', async () => {
    await unlockDue(wire.store(LONG_MS), users[1] as string);
    expect(await together()).toEqual({ rewards: 4, users: 2, alone: [] });
    expect(await moved()).toEqual([ALL, ALL, ALL]);
    for (const user of users) await unlockDue(wire.store(LONG_MS), user);
    wire.proxy.log.length = 0;
    expect(await together()).toEqual({ rewards: 0, users: 0, alone: [] });
    expect(wire.proxy.operations()).toEqual(['BatchGetItem']);
  });

  test('what says that it is not pending any more, whatever else it says', async () => {
    const [user = ''] = users;
    const due = { amount_micro: UNIT, pending_until: PAST, due_shard: 'a' };
    await database.putReward({ user_id: user, reward_id: 'two', status: 'reversed', ...due });
    expect(await together()).toEqual({ rewards: 5, users: 3, alone: [] });
    expect(await moved()).toEqual([[UNIT, UNIT], ALL, ALL]);
  });

  test('but not what is due from this very millisecond on', async () => {
    const nowMs = wire.time.now();
    wire.time.now = () => nowMs;
    const [user = ''] = users;
    const now = { reward_id: 'now', amount_micro: UNIT, unlocks_at: rfc3339(nowMs) };
    await database.grant(user, [now]);
    const named = [[user, ['now']]] as const;
    expect(await unlockTogether(wire.store(), named)).toEqual({ rewards: 1, users: 1, alone: [] });
  });

  test('what is not due', async () => {
    const [user = ''] = users;
    const later = { reward_id: 'later', amount_micro: UNIT, unlocks_at: FUTURE };
    await database.grant(user, [later]);
    const named = [[user, ['one', 'later']]] as const;
    expect(await unlockTogether(wire.store(), named)).toEqual({ rewards: 1, users: 1, alone: [] });
    expect(await moved()).toEqual([[UNIT, 2n * UNIT], NONE, NONE]);
  });
});

describe('who is left to be unlocked alone:', () => {
  test('whose reward cannot be read', async () => {
    const [broken = ''] = users;
    const due = { status: 'pending', pending_until: PAST, due_shard: 'a' };
    await database.putReward({ user_id: broken, reward_id: 'two', ...due });
    expect(await together()).toEqual({ rewards: 4, users: 2, alone: [broken] });
    expect(await moved()).toEqual([NONE, ALL, ALL]);
  });

  test('whose reward is not there', async () => {
    const withoutLast: Fault = async (exchange) => {
      const answer = await exchange.forward();
      const { Responses } = JSON.parse(answer.body) as {
        Responses: { RewardsTable: { user_id: { S: string } }[] };
      };
      const RewardsTable = Responses.RewardsTable.filter(({ user_id }) => user_id.S !== users[2]);
      exchange.reply({ ...answer, body: JSON.stringify({ Responses: { RewardsTable } }) });
    };
    wire.proxy.script('BatchGetItem', [withoutLast]);
    expect(await together()).toEqual({ rewards: 4, users: 2, alone: [users[2]] });
    expect(await moved()).toEqual([ALL, ALL, NONE]);
  });

  test('whose only reward is not there', async () => {
    const user = randomUUID();
    const named = [[user, ['gone']]] as const;
    expect(await unlockTogether(wire.store(), named)).toEqual({
      ...{ rewards: 0, users: 0 },
      alone: [user],
    });
  });

  test('everybody, where one account holds less than is due', async () => {
    await database.changeAccount(users[1] as string, {
      pending_micro: UNIT,
      available_micro: UNIT,
    });
    expect(await together()).toEqual({ rewards: 0, users: 0, alone: users });
    expect(await moved()).toEqual([NONE, [UNIT, UNIT], NONE]);
    expect(wire.proxy.operations()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  test('everybody, where another is in the way three times', async () => {
    wire.proxy.script('TransactWriteItems', [], faults.conflict);
    expect(await together()).toEqual({ rewards: 0, users: 0, alone: users });
    expect(wire.proxy.operations().filter((each) => each === 'TransactWriteItems')).toHaveLength(3);
    expect(console.error).not.toHaveBeenCalled();
  });

  test.each(['BatchGetItem', 'TransactWriteItems'])(
    'everybody, where %s is a way that is closed, which is told',
    async (operation) => {
      wire.proxy.script(operation, [], faults.invalid);
      expect(await together()).toEqual({ rewards: 0, users: 0, alone: users });
      expect(wire.proxy.operations().filter((each) => each === operation)).toHaveLength(1);
      expect(console.error).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ name: 'ValidationException', user_id: users.join() }),
      );
    },
  );

  test('everybody, where DynamoDB gives no answer, which each meets alone and is not told', async () => {
    wire.proxy.script('BatchGetItem', [], faults.throttle);
    expect(await together()).toEqual({ rewards: 0, users: 0, alone: users });
    expect(console.error).not.toHaveBeenCalled();
  });
});

test.each([...FAULTS.applied, ...FAULTS.lost, ...FAULTS.notApplied])(
  'with %s on the first write each reward moves once',
  async (fault) => {
    await wire.again(300);
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await together()).toMatchObject({ alone: [] });
    expect(await moved()).toEqual([ALL, ALL, ALL]);
  },
);

test('each account that is written says so, and where it perhaps was, but not where it was not', async () => {
  const said = vi.spyOn(console, 'info').mockReturnValue();
  const { conflict, loseRequest } = faults;
  const lines = (...outcomes: string[]) =>
    outcomes.flatMap((outcome) =>
      users.map((user_id) => [{ event: 'account_changed', user_id, outcome }]),
    );
  wire.proxy.script('TransactWriteItems', [loseRequest, conflict, loseRequest]);
  await together();
  expect(said.mock.calls).toMatchObject(lines('unknown', 'unknown'));
  said.mockClear();
  await together();
  expect(said.mock.calls).toMatchObject(lines('applied'));
});

test('another who unlocks one of them in between keeps nothing back, and moves nothing twice', async () => {
  const other = () => unlockDue(wire.store(LONG_MS), users[0] as string);
  wire.proxy.script('BatchGetItem', [meanwhile('after', other)]);
  expect(await together()).toEqual({ rewards: 0, users: 0, alone: users });
  expect(await moved()).toEqual([ALL, NONE, NONE]);
});
