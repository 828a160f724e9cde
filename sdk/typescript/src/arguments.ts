/**
 * Refuses what no request can carry, before anything is sent; all else is for the API to judge.
 * Where something is optional, null counts as absent: it is what localStorage.getItem returns.
 */
import { isFields } from './fields.ts';
import type { ListPayoutsOptions, ListRewardsOptions } from './options.ts';

/** Without a comma: two headers of this name would arrive as one, joined by it. */
const KEY = /^[\x21-\x2B\x2D-\x7E]{1,255}$/;

/** RFC 6265's cookie-octets: anything else would end the cookie, or the header. */
const COOKIE_VALUE = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+$/;

/** A key in the options' place would be passed over, and the write get another one. */
export function optionsOf<Options extends object>(given: Options | null | undefined) {
  const options: Partial<Options> | unknown[] = given ?? {};
  if (isFields(options)) return options as Partial<Options>;
  throw new TypeError('Options must be an object, such as { signal }.');
}

export function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a string.`);
}

/** The amount, exactly. A number that is no safe integer is already rounded. */
export function exactMicro(amountMicro: unknown): bigint {
  if (typeof amountMicro === 'bigint') return amountMicro;
  if (Number.isSafeInteger(amountMicro)) return BigInt(amountMicro as number);
  const rule = 'a bigint or a safe integer, in micro-units (1_000_000 = 1.00)';
  throw new TypeError(`amountMicro must be ${rule}, not ${String(amountMicro)}.`);
}

/** The caller's key, or a new one: a write that is sent again under its key is still one write. */
export function keyOr(given: unknown): string {
  if (given == null) return newKey();
  if (typeof given === 'string' && KEY.test(given)) return given;
  throw new TypeError('idempotencyKey must be 1 to 255 visible ASCII characters without a comma.');
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

export function signalOr(given: unknown): AbortSignal | undefined {
  if (given == null) return undefined;
  const { aborted, addEventListener } = given as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function')
    return given as AbortSignal;
  throw new TypeError('signal must be an AbortSignal.');
}

/** Infinity is a number too. */
export function notNegative(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new TypeError(`${name} must be a number, and not negative.`);
}

export function sessionCookie(session: unknown): string {
  if (typeof session === 'string' && COOKIE_VALUE.test(session)) return `nl_session=${session}`;
  throw new TypeError('session is no session token.');
}

/** Without a slash at its end; in a page it may be relative. */
export function absoluteUrl(baseUrl: unknown): string {
  const url = parsedUrl(text('baseUrl', baseUrl));
  if (url && /^https?:$/.test(url.protocol)) {
    const { origin, pathname, username, password, search, hash } = url;
    if (!(username || password || search || hash)) return (origin + pathname).replace(/\/+$/, '');
  }
  throw new TypeError('baseUrl must be http(s), without a user, a query or a fragment.');
}

/** Undefined for what is none: the platform's own error would repeat it, with its password. */
function parsedUrl(url: string): URL | undefined {
  try {
    return new URL(url, (globalThis as { location?: { href: string } }).location?.href);
  } catch {
    return undefined;
  }
}

function wholeOr(name: string, value: unknown): number | undefined {
  if (value == null) return undefined;
  if (Number.isSafeInteger(value)) return value as number;
  throw new TypeError(`${name} must be an integer.`);
}

/** What a list is asked for; several statuses go with commas. */
export function listQuery(options: ListPayoutsOptions | ListRewardsOptions): Query {
  const { limit, offset, cursor, status } = options;
  return {
    limit: wholeOr('limit', limit),
    offset: wholeOr('offset', offset),
    cursor: cursor == null ? undefined : text('cursor', cursor),
    status:
      status == null
        ? undefined
        : [status]
            .flat()
            .map((each) => text('status', each))
            .join(),
  };
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** The path with what is defined of the query. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value));
  return [path, String(search)].filter(Boolean).join('?');
}
