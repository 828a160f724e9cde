import { expect, test, vi } from 'vitest';
import { startDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { openWire } from '../../../support/wire.ts';

/** The module as a function finds it that was started by Lambda, or otherwise. */
const prewarmIn = async (initialization: string | undefined) => {
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', initialization);
  vi.resetModules();
  return (await import('../../../../lib/store/dynamodb/prewarm.ts')).prewarm;
};

test('a function that Lambda starts reads one key that nobody has, and minds no failure', async () => {
  const database = await startDatabase();
  const { db, proxy, time } = await openWire(database.url);
  const prewarm = await prewarmIn('on-demand');
  await prewarm(db, database.tables.SESSIONS_TABLE);
  proxy.script('GetItem', [faults.failBefore]);
  await prewarm(db, database.tables.SESSIONS_TABLE);
  const read = {
    operation: 'GetItem',
    request: {
      TableName: 'SessionsTable',
      Key: { token_hash: { S: 'prewarm' } },
      ConsistentRead: true,
    },
  };
  expect(proxy.log).toEqual([read, read]);
  expect(time.pauses).toEqual([]);
  await database.stop();
});

test('it waits no longer than a second', async () => {
  const { db, time } = await openWire('http://127.0.0.1:1', 60_000);
  const now = time.now();
  time.now = () => now;
  const send = vi.spyOn(db.client, 'send').mockReturnValue(Promise.reject(new Error()) as never);
  await (await prewarmIn('on-demand'))(db, 'sessions');
  expect(send.mock.calls[0]?.[1]).toEqual({ requestTimeout: 1000 });
});

test('elsewhere there is nothing to warm', async () => {
  const { db, proxy } = await openWire('http://127.0.0.1:1');
  await (await prewarmIn(undefined))(db, 'sessions');
  expect(proxy.log).toEqual([]);
});
