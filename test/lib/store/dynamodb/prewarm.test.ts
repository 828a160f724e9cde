import { describe, expect, test, vi } from 'vitest';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { openWire, useWire } from '../../../support/wire.ts';

/** The module as a function finds it that was started by Lambda, or otherwise. */
const prewarmIn = async (initialization: string | undefined) => {
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', initialization);
  vi.resetModules();
  return (await import('../../../../lib/store/dynamodb/prewarm.ts')).prewarm;
};

describe('a function that Lambda starts', () => {
  const wire = useWire(useDatabase());

  test('reads one key that nobody has, and minds no failure', async () => {
    const prewarm = await prewarmIn('on-demand');
    await prewarm(wire.connection, tables);
    wire.proxy.script('GetItem', [faults.failBefore]);
    await prewarm(wire.connection, tables);
    const request = {
      TableName: 'SessionsTable',
      Key: { token_hash: { S: 'prewarm' } },
      ConsistentRead: true,
    };
    const read = { operation: 'GetItem', request };
    expect(wire.proxy.log).toEqual([read, read]);
    expect(wire.time.pauses).toEqual([]);
  });
});

test('it waits no longer than a second', async () => {
  const { connection, time } = await openWire('http://127.0.0.1:1', 60_000);
  const now = time.now();
  time.now = () => now;
  const send = vi
    .spyOn(connection.client, 'send')
    .mockReturnValue(Promise.reject(new Error()) as never);
  await (await prewarmIn('on-demand'))(connection, tables);
  expect(send.mock.calls[0]?.[1]).toEqual({ requestTimeout: 1000 });
});

test('elsewhere there is nothing to warm', async () => {
  const { connection, proxy } = await openWire('http://127.0.0.1:1');
  await (await prewarmIn(undefined))(connection, tables);
  expect(proxy.log).toEqual([]);
});
