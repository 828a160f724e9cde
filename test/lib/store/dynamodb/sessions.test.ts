/** Stored sessions: which are found, which count, and which are corrupt. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { CorruptItemError } from '../../../../lib/errors.ts';
import {
  findSession,
  isLive,
  Session,
  tokenHash,
} from '../../../../lib/store/dynamodb/sessions.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { USER_ID } from '../../../support/samples.ts';
import { useWire } from '../../../support/wire.ts';

const session = { user_id: USER_ID, expires_at: 1_000n };

test('the table is looked up by SHA-256 in hex (FIPS 180-4, "abc")', () =>
  expect(tokenHash('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  ));

test('a stored session keeps what decides over it, and nothing else', () =>
  expect(v.parse(Session, { ...session, revoked_at: null, token_hash: 'x' })).toEqual({
    ...session,
    revoked_at: null,
  }));

test.each([
  ['without a user', { ...session, user_id: undefined }],
  ['of a user who is none', { ...session, user_id: 'someone' }],
  ['without an expiry', { ...session, expires_at: undefined }],
  ['whose expiry is text', { ...session, expires_at: '1000' }],
])('a stored session %s is corrupt', (_what, stored) => expect(v.is(Session, stored)).toBe(false));

test.each([
  ['before the very millisecond of expiry', session, 999_999, true],
  ['from the very millisecond of expiry', session, 1_000_000, false],
  ['once revoked', { ...session, revoked_at: 5n }, 0, false],
  ['revoked by a mark of text', { ...session, revoked_at: '2026-01-01T00:00:00.000Z' }, 0, false],
  ['with an empty mark', { ...session, revoked_at: null }, 0, true],
])('a session is live, or not: %s', (_when, stored, nowMs, live) =>
  expect(isLive(stored, nowMs)).toBe(live),
);

describe('findSession', () => {
  const database = useDatabase();
  const wire = useWire(database);

  const find = (token: string) => findSession(wire.store(), token);
  const put = (token: string, item: Record<string, unknown>) => {
    const Item = { token_hash: tokenHash(token), ...item };
    return wire.connection.client.send(new PutCommand({ TableName: tables.Sessions, Item }));
  };

  test('finds a session by its token, live or not, in one consistent read', async () => {
    const stored = { user_id: randomUUID(), expires_at: 1n, revoked_at: 1n };
    await put('known', stored);
    wire.proxy.log.length = 0;
    expect(await find('known')).toEqual(stored);
    const request = { ConsistentRead: true, Key: { token_hash: { S: tokenHash('known') } } };
    expect(wire.proxy.log).toMatchObject([{ operation: 'GetItem', request }]);
  });

  test('finds no unknown one', async () => expect(await find('unknown')).toBeUndefined());

  test('reports a corrupt one', async () => {
    await put('corrupt', { user_id: randomUUID() });
    await expect(find('corrupt')).rejects.toThrow(
      new CorruptItemError('SessionsTable: expires_at'),
    );
  });
});
