/** What a function leaves behind that was ended while a call of it was on its way. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../../../support/database.ts';
import { startProxy } from '../../../support/fault-proxy.ts';
import { DatabaseProxy } from './database-proxy.ts';
import { Database } from './stored-state.ts';

const database = useDatabase();
const unused = async () => {};
const proxy = new DatabaseProxy({ killFunction: unused, restartEngine: unused, nowMs: () => 0 });
/** The road to the engine, which lets a call pass when it is told to. */
const road = { arrived: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };

beforeAll(async () => {
  const slow = await startProxy(database.url, async (exchange) => {
    road.arrived.resolve();
    await road.open.promise;
    exchange.reply(await exchange.forward());
  });
  const own = new Database(database.url);
  await proxy.open(slow.url, own, { AccountsTable: ['user_id'] });
  afterAll(async () => {
    own.close();
    await proxy.close();
    await slow.close();
  });
});

const TRACE = 'Root=1-test';

/** Puts an account as a function of this operation does, which nobody waits for. */
async function put(userId: string): Promise<void> {
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.PutItem',
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-trace-id': TRACE,
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20400101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    'x-amz-date': '20400101T000000Z',
  };
  const request = http.request(proxy.url, { method: 'POST', headers });
  request.end(JSON.stringify({ TableName: 'AccountsTable', Item: { user_id: { S: userId } } }));
  await once(request, 'response').catch(() => undefined);
}

test('a step is not over before what was on its way has arrived', async () => {
  const userId = randomUUID();
  proxy.begin(1, '1', 'calm', [TRACE]);
  const sent = put(userId);
  await road.arrived.promise;
  proxy.end(TRACE);
  let isSettled = false;
  const settled = proxy.settle().then(() => {
    isSettled = true;
  });
  expect(await database.account(userId)).toBeUndefined();
  expect(isSettled).toBe(false);
  road.open.resolve();
  await settled;
  expect(await database.account(userId)).toMatchObject({ user_id: userId });
  await sent;
});

test('what comes after the end of its operation is lost', async () => {
  const userId = randomUUID();
  proxy.begin(2, '2', 'calm', [TRACE]);
  proxy.end(TRACE);
  await put(userId);
  await proxy.settle();
  expect(await database.account(userId)).toBeUndefined();
});
