/**
 * Puts the user of the console session on the event; the user is never taken from anywhere else.
 */
import { ApiError } from '../errors.ts';
import { isLive, sessionToken, tokenHash } from '../session.ts';
import { findSession } from '../store/dynamodb/sessions.ts';
import type { Db } from '../store/dynamodb/store.ts';
import { type ConsoleEvent, deadline, type Middleware } from './event.ts';

/** Throws `unauthenticated` unless the request carries exactly one live session. */
export const signedIn = (db: Db, sessionsTable: string): Middleware<ConsoleEvent> => ({
  before: async ({ event, context }) => {
    const token = sessionToken(event.cookies);
    if (token === undefined) throw new ApiError('unauthenticated');
    const session = await findSession(
      db,
      sessionsTable,
      tokenHash(token),
      deadline(context, db.time),
    );
    if (!session || !isLive(session, db.time.now())) throw new ApiError('unauthenticated');
    event.userId = session.user_id;
  },
});
