import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { expect, inject, onTestFinished, test } from 'vitest';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { startDatabase } from '../../../support/database.ts';
import { startConflictingDatabase } from './conflicts.ts';

const put = (user: string, id: string) => ({
  Put: { TableName: 'PayoutsTable', Item: { user_id: { S: user }, id: { S: id } } },
});
const update = (user: string) => ({
  Update: {
    TableName: 'AccountsTable',
    Key: { user_id: { S: user } },
    UpdateExpression: 'ADD version :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});

/** `held` is called when a transaction has got its items, and says how long it keeps them. */
async function open(held: () => Promise<void>) {
  const database = await startDatabase();
  const { tables } = readAssembly(inject('assembly'));
  const proxy = await startConflictingDatabase(database.url, tables, held);
  const client = new DynamoDBClient({
    endpoint: proxy.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(async () => {
    client.destroy();
    await proxy.close();
    await database.stop();
  });
  const send = async (...TransactItems: object[]): Promise<string[]> => {
    const command = new TransactWriteItemsCommand({ TransactItems });
    return client.send(command).then(
      () => ['applied'],
      (error) => error.CancellationReasons.map(({ Code }: { Code: string }) => Code),
    );
  };
  return { database, send, conflicts: proxy.conflicts };
}

test('a transaction that meets another one on an item is cancelled at once and writes nothing', async () => {
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { database, send, conflicts } = await open(() => {
    arrived.resolve();
    return released.promise;
  });
  const first = send(put('a', '1'), update('a'));
  await arrived.promise;
  expect(await send(put('a', '2'), update('a'))).toEqual(['None', 'TransactionConflict']);
  released.resolve();
  expect(await first).toEqual(['applied']);
  expect(await send(put('a', '3'), update('a'))).toEqual(['applied']);
  expect((await database.payouts('a')).map(({ id }) => id)).toEqual(['1', '3']);
  expect(conflicts()).toBe(1);
});

test('transactions on different items do not meet', async () => {
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  const { send, conflicts } = await open(() => {
    if (++holding === 2) bothHold.resolve();
    return bothHold.promise;
  });
  const outcomes = await Promise.all([
    send(put('a', '1'), update('a')),
    send(put('b', '1'), update('b')),
  ]);
  expect(outcomes).toEqual([['applied'], ['applied']]);
  expect(conflicts()).toBe(0);
});
