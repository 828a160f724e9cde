import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { findSession } from '../../../../lib/store/dynamodb/sessions.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

let database: Database;
let wire: Wire;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
});

const find = (hash: string) =>
  findSession(wire.db, database.tables.SESSIONS_TABLE, hash, wire.time.now() + 10_000);
const put = (Item: Record<string, unknown>) =>
  wire.db.client.send(new PutCommand({ TableName: database.tables.SESSIONS_TABLE, Item }));

test('a session is found by its hash, live or not, in one consistent read', async () => {
  const session = { user_id: randomUUID(), expires_at: 1n, revoked_at: 1n };
  await put({ token_hash: 'known', ...session });
  wire.proxy.log.length = 0;
  expect(await find('known')).toEqual(session);
  expect(wire.proxy.log).toMatchObject([
    { operation: 'GetItem', request: { ConsistentRead: true } },
  ]);
});

test('an unknown one is not', async () => expect(await find('unknown')).toBeUndefined());

test('a corrupt one is reported', async () => {
  await put({ token_hash: 'corrupt', user_id: randomUUID() });
  await expect(find('corrupt')).rejects.toThrow(new CorruptItemError('SessionsTable: expires_at'));
});
