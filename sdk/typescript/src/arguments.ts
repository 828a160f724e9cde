/** Refuses what no request can carry, before anything is sent; all else is for the API to judge. */

const VISIBLE_ASCII = /^[\x21-\x7E]{1,255}$/;

/** RFC 6265's cookie-octets: anything else would end the cookie, or the header. */
const COOKIE_VALUE = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+$/;

/** The amount, exactly. A number that is no safe integer is already rounded. */
export function exactMicro(amountMicro: unknown): bigint {
  if (typeof amountMicro === 'bigint') return amountMicro;
  if (Number.isSafeInteger(amountMicro)) return BigInt(amountMicro as number);
  const rule = 'a bigint or a safe integer, in micro-units (1_000_000 = 1.00)';
  throw new TypeError(`amountMicro must be ${rule}, not ${String(amountMicro)}.`);
}

/** The caller's key, or a new one: a write that is sent again under its key is still one write. */
export function keyOr(given: unknown): string {
  if (given === undefined) return newKey();
  if (typeof given === 'string' && VISIBLE_ASCII.test(given)) return given;
  throw new TypeError('idempotencyKey must be 1 to 255 visible ASCII characters.');
}

/** As random as a UUID also in pages without HTTPS, which have no crypto.randomUUID. */
const newKey = (): string =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** A payout's id, which must not reach for another path. */
export function idSegment(id: unknown): string {
  if (typeof id === 'string' && /^[\w-]+$/.test(id)) return id;
  throw new TypeError('A payout is named by its id.');
}

export function sessionCookie(session: unknown): string {
  if (typeof session === 'string' && COOKIE_VALUE.test(session)) return `nl_session=${session}`;
  throw new TypeError('session is no session token.');
}

/** Without a slash at its end; in a page it may be relative. */
export function absoluteUrl(baseUrl: string): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const { origin, pathname, username, password, search, hash } = new URL(baseUrl, page);
  if (/^https?:/.test(origin) && !(username || password || search || hash))
    return (origin + pathname).replace(/\/+$/, '');
  throw new TypeError('baseUrl must be http(s), without a user, a query or a fragment.');
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The path with what is defined of the query; a list of values goes with commas. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value));
  return [path, String(search)].filter(Boolean).join('?');
}
