/** Pages of lists that are newest first: what `limit`, `offset`, `status` and `cursor` choose. */
import type { InDoubt } from './arguments.ts';
import { readJson } from './json.ts';
import type { Request } from './request.ts';
import { ok, Refused, type Success, WrongAnswer } from './verdicts.ts';

type Row = { key: string; status: string; json: string };

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A decimal integer of at least `least`; undefined for everything else. */
const integer = (text: string | undefined, least: bigint): bigint | undefined =>
  text !== undefined && /^[0-9]+$/.test(text) && BigInt(text) >= least ? BigInt(text) : undefined;

export function limitOf({ parameters }: Request): number {
  const limit = integer(parameters.get('limit'), 1n);
  return limit === undefined || limit > 200n ? 50 : Number(limit);
}

/**
 * How many rows to pass over; the contract sets no upper bound, and what no number can say exactly
 * may be ignored.
 */
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
  if (!isKey(key) || Buffer.from(key).toString('base64url') !== cursor)
    throw new Refused('invalid_args');
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
