import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ConsoleEvent, Reply } from '../../../lib/http/event.ts';
import { signedIn } from '../../../lib/http/signed-in.ts';
import { type Database, startDatabase } from '../../support/database.ts';
import { context, httpEvent } from '../../support/sample-events.ts';
import { openWire, type Wire } from '../../support/wire.ts';

const userId = randomUUID();

let database: Database;
let wire: Wire;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
});

const signIn = (token: string, secondsLeft: number, more: object = {}) =>
  database.changeSession(token, {
    user_id: userId,
    expires_at: Math.floor(wire.time.now() / 1000) + secondsLeft,
    ...more,
  });

/** The user that the handler sees. */
const ask = async (...cookies: string[]) => {
  const whoAmI = async (event: ConsoleEvent): Promise<Reply> => ({
    statusCode: 200,
    body: event.userId,
  });
  const handler = middy(whoAmI).use(signedIn(wire.db, database.tables.SESSIONS_TABLE));
  return (await handler(httpEvent({ cookies, userId: randomUUID() }), context)).body;
};
const unauthenticated = expect.objectContaining({ tag: 'unauthenticated' });

test('the user is that of the session, whoever the event says it is', async () => {
  await signIn('live', 60);
  expect(await ask('theme=dark', 'nl_session=live')).toBe(userId);
});

test.each([
  ['unknown', ['nl_session=unknown']],
  ['expired', ['nl_session=expired']],
  ['revoked', ['nl_session=revoked']],
])('a session that is %s lets nobody in', async (_what, cookies) => {
  await signIn('expired', -1);
  await signIn('revoked', 60, { revoked_at: 1 });
  await expect(ask(...cookies)).rejects.toEqual(unauthenticated);
});

test.each([
  ['none', []],
  ['two', ['nl_session=live', 'nl_session=live']],
  ['a malformed one', ['nl_session=']],
])('with %s nobody gets in, and no session is looked for', async (_what, cookies) => {
  await signIn('live', 60);
  await expect(ask(...cookies)).rejects.toEqual(unauthenticated);
  expect(wire.proxy.log).toEqual([]);
});
