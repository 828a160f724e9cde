/** The console session: an opaque token in a cookie, of which the database knows only the hash. */
import { hash } from 'node:crypto';
import * as v from 'valibot';

const COOKIE_PREFIX = 'nl_session=';

/** RFC 6265's cookie-octets; the length only keeps nonsense out of the hash. */
const TOKEN = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]{1,512}$/;

/** `expires_at` and `revoked_at` are in epoch seconds, as DynamoDB's TTL wants them. */
export const Session = v.object({
  user_id: v.pipe(v.string(), v.uuid()),
  expires_at: v.bigint(),
  revoked_at: v.nullish(v.unknown()),
});
export type Session = v.InferOutput<typeof Session>;

/**
 * The session token among a request's cookies; undefined when missing, malformed or given twice.
 */
export function sessionToken(cookies: readonly string[] = []): string | undefined {
  const ours = cookies.filter((cookie) => cookie.startsWith(COOKIE_PREFIX));
  const token = ours[0]?.slice(COOKIE_PREFIX.length);
  return ours.length === 1 && token !== undefined && TOKEN.test(token) ? token : undefined;
}

/** SHA-256 in hex: reading the table gives nobody a session. */
export const tokenHash = (token: string): string => hash('sha256', token);

/** Expiry is decided here, since DynamoDB may delete an expired item days late. */
export const isLive = (session: Session, nowMs: number): boolean =>
  session.revoked_at == null && BigInt(nowMs) < session.expires_at * 1000n;
