/** Puts the user of the console session on the event; the user is never taken from elsewhere. */

import type { TableName } from '../config.ts';
import { ApiError } from '../errors.ts';
import { findSession, isLive } from '../store/dynamodb/sessions.ts';
import type { ApiEvent, Middleware } from './endpoint.ts';

/** An event whose session was checked. */
export type ConsoleEvent<Table extends TableName = never> = ApiEvent<Table | 'Sessions'> & {
  userId: string;
};

const COOKIE_PREFIX = 'nl_session=';

/** RFC 6265's cookie-octets; the length only keeps nonsense out of the hash. */
const TOKEN = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]{1,512}$/;

/** The session token among a request's cookies; undefined if missing, malformed or doubled. */
// Stryker disable next-line ArrayDeclaration: another cookie is none of ours
export function sessionToken(cookies: readonly string[] = []): string | undefined {
  const ours = cookies.filter((cookie) => cookie.startsWith(COOKIE_PREFIX));
  const token = ours[0]?.slice(COOKIE_PREFIX.length);
  // Stryker disable next-line ConditionalExpression: where there is one cookie there is a token
  return ours.length === 1 && token !== undefined && TOKEN.test(token) ? token : undefined;
}

/** Throws `unauthenticated` unless the request carries exactly one live session. */
export const signedIn = (): Middleware<ConsoleEvent> => ({
  before: async ({ event }) => {
    const token = sessionToken(event.cookies);
    if (token === undefined) throw new ApiError('unauthenticated');
    const session = await findSession(event.store, token);
    if (!session || !isLive(session, event.store.nowMs)) throw new ApiError('unauthenticated');
    event.userId = session.user_id;
  },
});
