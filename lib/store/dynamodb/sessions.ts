/** The Sessions table, which the console writes at login and this service only reads. */
import { hash } from 'node:crypto';
import * as v from 'valibot';
import { Uuid } from '../../ids.ts';
import { findItem } from './read.ts';
import type { Store } from './store.ts';

/** `expires_at` and `revoked_at` are in epoch seconds, as DynamoDB's TTL wants them. */
export const Session = v.object({
  user_id: Uuid,
  expires_at: v.bigint(),
  revoked_at: v.nullish(v.unknown()),
});
export type Session = v.InferOutput<typeof Session>;

/** SHA-256 in hex: reading the table gives nobody a session. */
export const tokenHash = (token: string): string => hash('sha256', token);

/** Expiry is decided here, since DynamoDB may delete an expired item days late. */
export const isLive = (session: Session, nowMs: number): boolean =>
  session.revoked_at == null && BigInt(nowMs) < session.expires_at * 1000n;

/** The session of this token, live or not. Read consistently: a revocation counts at once. */
export const findSession = (
  store: Store<'Sessions'>,
  token: string,
): Promise<Session | undefined> =>
  findItem(store, 'Sessions', { token_hash: tokenHash(token) }, Session);
