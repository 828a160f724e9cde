import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import { describe, expect, test } from 'vitest';
import type { HttpResponse } from '../../../lib/http/endpoint.ts';
import { type ConsoleEvent, sessionToken, signedIn } from '../../../lib/http/signed-in.ts';
import { useDatabase } from '../../support/database.ts';
import { context, httpEvent } from '../../support/sample-events.ts';
import { meanwhile } from '../../support/staged-faults.ts';
import { useWire } from '../../support/wire.ts';

describe('sessionToken', () => {
  test('is found among other cookies', () =>
    expect(sessionToken(['theme=dark', 'nl_session=abc-123', 'nl_session_hint=x'])).toBe(
      'abc-123',
    ));

  test.each([
    ['no cookies at all', undefined],
    ['no cookie of that name', ['session=abc', 'xnl_session=abc']],
    ['an empty token', ['nl_session=']],
    ['the cookie twice', ['nl_session=abc', 'nl_session=abc']],
    ['a quoted token', ['nl_session="abc"']],
    ['a space', ['nl_session=a b']],
    ['a character beyond ASCII', ['nl_session=é']],
    ['a token too long to be one', [`nl_session=${'a'.repeat(513)}`]],
    ['another case of the name', ['NL_SESSION=abc']],
  ])('is missing with %s', (_name, cookies) => expect(sessionToken(cookies)).toBeUndefined());
});

const userId = randomUUID();
const database = useDatabase();
const wire = useWire(database);

const signIn = (token: string, secondsLeft: number, more: object = {}) =>
  database.changeSession(token, {
    user_id: userId,
    expires_at: Math.floor(wire.time.now() / 1000) + secondsLeft,
    ...more,
  });

/** The user that the handler sees. */
const ask = async (...cookies: string[]) => {
  const whoAmI = async (event: ConsoleEvent): Promise<HttpResponse> => ({
    statusCode: 200,
    body: event.userId,
  });
  const event = httpEvent({ cookies, userId: randomUUID(), store: wire.store() });
  return (await middy(whoAmI).use(signedIn())(event, context)).body;
};
const unauthenticated = expect.objectContaining({ tag: 'unauthenticated' });

test('the user is that of the session, whoever the event says it is', async () => {
  await signIn('live', 60);
  expect(await ask('theme=dark', 'nl_session=live')).toBe(userId);
});

test('a session that ends while it is looked for was live when the request came', async () => {
  await signIn('ending', 60);
  wire.proxy.script('GetItem', [meanwhile('after', () => wire.time.advance(120_000))]);
  expect(await ask('nl_session=ending')).toBe(userId);
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
