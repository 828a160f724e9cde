/** A write that goes by what was read, as the engine carries it out. */
import { randomUUID } from 'node:crypto';
import { NumberValue, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { asRead, putInstead } from '../../../../lib/store/dynamodb/as-read.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { useWire } from '../../../support/wire.ts';

type Item = Record<string, unknown>;

const database = useDatabase();
const wire = useWire(database);

let userId: string;
let was: Item;
beforeEach(async () => {
  userId = randomUUID();
  was = {
    ...{ user_id: userId, reward_id: 'r', status: 'pending', amount_micro: 5n },
    ...{ odd: NumberValue.from('1.5'), list: [{ at: 'a', by: ['b'] }], none: null },
  };
  await database.putReward(was);
});

const put = (item: Item, expected: Item | undefined) =>
  wire.connection.client.send(
    new TransactWriteCommand({ TransactItems: [putInstead(tables.Rewards, item, expected)] }),
  );
const refused = { CancellationReasons: [{ Code: 'ConditionalCheckFailed' }] };

test('takes the place of the very item that was read', async () => {
  const item = { user_id: userId, reward_id: 'r', status: 'reversed' };
  await put(item, was);
  expect(await database.rewards(userId)).toEqual([item]);
});

test.each([
  ['status', 'available'],
  ['amount_micro', 6n],
  ['odd', NumberValue.from('1.6')],
  ['list', [{ at: 'a', by: ['c'] }]],
  ['none', 'some'],
  ['more', 'than there was'],
])('is refused where %s is another', async (name, value) => {
  await expect(put(was, { ...was, [name]: value })).rejects.toMatchObject(refused);
});

test('makes one where there was none, and is refused where there is one by now', async () => {
  const other = { ...was, user_id: randomUUID(), odd: 1n };
  await put(other, undefined);
  expect(await database.rewards(other.user_id)).toEqual([other]);
  await expect(put(was, undefined)).rejects.toMatchObject(refused);
});

test('for an item that is not there it names nothing that a request would have to use', () => {
  const ConditionExpression = 'attribute_not_exists(user_id)';
  expect(asRead(undefined)).toEqual({ condition: ConditionExpression, names: {}, values: {} });
  // DynamoDB refuses names or values that are empty; the engine lets them pass.
  expect(putInstead(tables.Rewards, was, undefined)).toEqual({
    Put: { TableName: tables.Rewards, Item: was, ConditionExpression },
  });
});
