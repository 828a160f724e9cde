/** Reads who asks for what from a request, in the contract's order; refuses by throwing. */
import type { User } from '../model.ts';
import { type Json, type JsonObject, readJson } from './json.ts';
import type { Request } from './request.ts';
import { Refused } from './verdicts.ts';

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
  if (!(read.value instanceof Map)) throw new Refused('invalid_args');
  return read.value;
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('invalid_json');
  }
}

export function textOf(value: Json | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Refused('invalid_args');
}

/** The idempotency key; undefined when none was sent. */
export function keyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key');
  if (key !== undefined && !/^[!-~]{1,255}$/.test(key)) throw new Refused('invalid_args');
  return key;
}
