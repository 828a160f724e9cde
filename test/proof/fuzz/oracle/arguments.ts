/** Who asks for what in a request, in the contract's order, and pages of lists; throws refusals. */
import type { User } from '../user.ts';
import { ok, Refused, type Success, WrongAnswer, wrong } from './expectations.ts';
import type { Request } from './http-message.ts';
import { type JsonObject, readJson } from './read-json.ts';

export const CONSOLE = 'https://console.triport.io';

/** What the contract leaves open is asked here; both answers are then right. */
export type InDoubt = () => boolean;

/** The user of the request's one live session. */
export function signedIn({ headers, cookies }: Request, users: User[], changes: boolean): User {
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')];
  const sameSite =
    site === 'same-origin' || site === 'none' || (site === undefined && origin === undefined);
  if (changes && !sameSite && origin !== CONSOLE) throw new Refused('unauthenticated');
  const [token, ...others] = cookies
    .filter((cookie) => cookie.startsWith('nl_session='))
    .map((cookie) => cookie.slice('nl_session='.length));
  const user = users.find(({ tokens }) => token !== undefined && tokens.live.includes(token));
  if (user === undefined || others.length > 0) throw new Refused('unauthenticated');
  return user;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const PARAMETER = new RegExp(
  `^[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*(?:;|$)`,
);

/** RFC 9110's media type with parameters, of which only the charset counts. */
function isJsonType(type: string, inDoubt: InDoubt): boolean {
  const [head, media = ''] = /^([^;]*?)[ \t]*(?:;|$)/.exec(type) ?? [''];
  if (media.toLowerCase() !== 'application/json') return false;
  let rest = type.slice(head.length);
  while (rest !== '') {
    const [parameter, name, token, quoted] = PARAMETER.exec(rest) ?? [''];
    if (parameter === '') return false;
    if (quoted?.includes('\\') && inDoubt()) return false;
    const value = token ?? quoted?.replace(/\\(.)/g, '$1');
    if (name?.toLowerCase() === 'charset' && value?.toLowerCase() !== 'utf-8') return false;
    rest = rest.slice(parameter.length);
  }
  return true;
}

/** The members of the body's object. */
export function bodyOf({ headers, body }: Request, inDoubt: InDoubt): JsonObject {
  const type = headers.get('content-type') ?? '';
  if (!isJsonType(type, inDoubt) || body.length > 4096) throw new Refused('invalid_json');
  const read = readJson(utf8(body));
  if (read === undefined || read.traps === 'effective') throw new Refused('invalid_json');
  if (read.traps === 'hidden' && inDoubt()) throw new Refused('invalid_json');
  if (!(read.value instanceof Map)) throw wrong('body');
  return read.value;
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('invalid_json');
  }
}

/** The string of this name among the members, which is not empty. */
export function textOf(body: JsonObject, name: string): string {
  const value = body.get(name);
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(name);
}

/** The idempotency key; undefined when none was sent. */
export function keyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key');
  if (key !== undefined && !/^[!-+\--~]{1,255}$/.test(key)) throw wrong('idempotency-key');
  return key;
}

type Row = { key: string; status: string; json: string };

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A decimal integer of at least `least`; undefined for everything else. */
const integer = (text: string | undefined, least: bigint): bigint | undefined =>
  text !== undefined && /^[0-9]+$/.test(text) && BigInt(text) >= least ? BigInt(text) : undefined;

export function limitOf({ parameters }: Request): number {
  const limit = integer(parameters.get('limit'), 1n);
  return limit === undefined || limit > 200n ? 50 : Number(limit);
}

/** Rows to pass over, without an upper bound; what no number says exactly may be ignored. */
function offsetOf({ parameters }: Request, inDoubt: InDoubt): bigint {
  const offset = integer(parameters.get('offset'), 0n) ?? 0n;
  return offset > MAX_SAFE && !inDoubt() ? 0n : offset;
}

/** The key in the cursor, which must be spelt exactly as the service spells it. */
export function cursorOf(
  { parameters }: Request,
  isKey: (key: string) => boolean,
): string | undefined {
  const cursor = parameters.get('cursor');
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!isKey(key) || Buffer.from(key).toString('base64url') !== cursor) throw wrong('cursor');
  return key;
}

export const itemsJson = (rows: Row[], next?: string): string =>
  `{"items":[${rows.map(({ json }) => json).join(',')}]${next === undefined ? '' : `,"next_cursor":${JSON.stringify(next)}`}}`;

/** A page of the rows, which are given newest first. */
export function page(
  request: Request,
  rows: Row[],
  isKey: (key: string) => boolean,
  inDoubt: InDoubt,
): Success {
  const cursor = cursorOf(request, isKey);
  const statuses = request.parameters.get('status')?.split(',');
  const offset = cursor === undefined ? offsetOf(request, inDoubt) : 0n;
  const matching = rows
    .filter(({ key }) => cursor === undefined || key < cursor)
    .filter(({ status }) => statuses === undefined || statuses.includes(status));
  if (offset > BigInt(matching.length)) return ok(itemsJson([]));
  const after = matching.slice(Number(offset));
  const shown = after.slice(0, limitOf(request));
  const further = after[shown.length];
  if (further === undefined) return ok(itemsJson(shown));
  return {
    ...ok(''),
    text: (given) =>
      itemsJson(shown, cursorBetween(given, shown.at(-1)?.key ?? '', further.key, isKey)),
  };
}

/** The cursor of the answer, if it continues below the last row and above the next one. */
function cursorBetween(
  given: string,
  last: string,
  next: string,
  isKey: (key: string) => boolean,
): string {
  const answer = readJson(given)?.value;
  const cursor = answer instanceof Map ? answer.get('next_cursor') : undefined;
  const key = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  if (typeof cursor === 'string' && isKey(key) && key <= last && key > next) return cursor;
  throw new WrongAnswer('there are more rows, and no cursor that leads to the first of them');
}
