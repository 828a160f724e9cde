import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { isLive, Session, sessionToken, tokenHash } from '../../lib/session.ts';

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

test('the table is looked up by SHA-256 in hex (FIPS 180-4, "abc")', () =>
  expect(tokenHash('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  ));

const session = { user_id: '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de', expires_at: 1_000n };

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

describe('isLive', () => {
  test('until the very millisecond of expiry', () => {
    expect(isLive(session, 999_999)).toBe(true);
    expect(isLive(session, 1_000_000)).toBe(false);
  });

  test('never once revoked, whatever the type of the mark', () => {
    expect(isLive({ ...session, revoked_at: 5n }, 0)).toBe(false);
    expect(isLive({ ...session, revoked_at: '2026-01-01T00:00:00.000Z' }, 0)).toBe(false);
    expect(isLive({ ...session, revoked_at: null }, 0)).toBe(true);
  });
});
