/** Arguments from paths, bodies and query strings. */
import * as v from 'valibot';
import { ApiError, type ErrorTag, type Fault, invalidField } from '../errors.ts';
import { StoredUuid, Uuid } from '../ids.ts';
import { INT64_MAX } from '../money.ts';
import { OPEN_STATUSES, PAYOUT_STATUSES } from '../payout.ts';
import { GrantedKey, REWARD_STATUSES } from '../reward.ts';
import { anyTimestamp } from '../time.ts';
import type { ApiEvent } from './endpoint.ts';

/** The parsed arguments; throws `invalid_args` when they do not fit the schema. */
export function parseArgs<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  // To valibot an array is an object too, and one without any fields.
  if (Array.isArray(input)) throw invalidField('body', 'has the wrong type');
  // Stryker disable next-line ObjectLiteral, BooleanLiteral: finding all only costs time
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? 'body';
  throw invalidField(field, faultOf(issue), oneOf(issue));
}

/** The issue's own message is never shown, as it repeats what the caller wrote. */
function faultOf({ kind, type, received }: v.BaseIssue<unknown>): Fault {
  if (received === 'undefined') return 'is missing';
  if (type === 'max_length' || type === 'max_code_points') return 'is too long';
  return kind === 'schema' && type !== 'picklist' ? 'has the wrong type' : 'is not allowed';
}

/** Of a choice, what can be chosen; the schema has it as `("sent" | "failed")`. */
const oneOf = ({ type, expected }: v.BaseIssue<unknown>): string | undefined =>
  type === 'picklist'
    ? `one of ${String(expected).replace(/[()"]/g, '').replaceAll(' | ', ', ')}`
    : undefined;

/** The id under this name in the route's path; throws an ApiError with the tag if it is no UUID. */
export function pathId({ pathParameters }: ApiEvent, name: string, tag: ErrorTag): string {
  const id = v.safeParse(Uuid, pathParameters?.[name]);
  if (!id.success) throw new ApiError(tag);
  return id.output;
}

/** A decimal integer within [min, max]; the default for anything else, as the lists promise. */
export const integerOr = (fallback: number, min: number, max: number) =>
  v.fallback(
    v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(min), v.maxValue(max)),
    fallback,
  );

/** A cursor is the id to continue after, so opaque that nobody is tempted to build one. */
export const encodeCursor = (id: string): string => Buffer.from(id).toString('base64url');

const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();

/** The id in a cursor, which must fit the schema of such ids. */
export const cursorOf = <Id extends v.GenericSchema<string, string>>(id: Id) =>
  v.pipe(
    v.string(),
    v.nonEmpty(),
    // The decoder passes over what is no base64url; a cursor is what was handed out, to the letter.
    v.check((cursor) => encodeCursor(decodeCursor(cursor)) === cursor),
    v.transform(decodeCursor),
    id,
  );

const statusList = <Status extends string>(known: readonly Status[]) =>
  v.pipe(
    v.string(),
    v.transform((list) => new Set(known.filter((status) => list.split(',').includes(status)))),
  );

/**
 * The page that is asked for, in a list that is newest first, has these statuses, and whose cursors
 * hold such a key. A cursor takes the place of an offset.
 */
const listQuery = <Status extends string>(
  statuses: readonly Status[],
  cursorKey: v.GenericSchema<string, string>,
) =>
  v.pipe(
    v.object({
      limit: integerOr(50, 1, 200),
      offset: v.optional(integerOr(0, 0, Number.MAX_SAFE_INTEGER)),
      status: v.optional(statusList(statuses)),
      cursor: v.optional(cursorOf(cursorKey)),
    }),
    v.transform(({ limit, offset, status, cursor }) => ({
      limit,
      offset: cursor === undefined ? offset : undefined,
      after: cursor,
      statuses: status,
    })),
  );

// Made when asked for, so that a function's bundle holds only what it reads.
export const payoutsQuery = () => listQuery(PAYOUT_STATUSES, StoredUuid);

/** A cursor holds the sort key of the list. */
export const rewardsQuery = () => listQuery(REWARD_STATUSES, GrantedKey);

/** An amount in micro-units, in a query string. */
const micro = () =>
  v.pipe(
    v.string(),
    v.digits(),
    v.transform((digits) => BigInt(digits)),
    v.minValue(1n),
    v.maxValue(INT64_MAX),
  );

/** Given or not: what a filter leaves out when it is not asked for cannot be asked for. */
const flag = () => v.optional(v.picklist(['true']));

/**
 * The operators' queue, oldest first. Unless a status is given, what is mine is `processing`, and
 * what needs a review is of any. A network may be one that is no longer offered.
 */
export const queueQuery = () =>
  v.pipe(
    v.object({
      status: v.optional(v.picklist(OPEN_STATUSES)),
      network: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/))),
      mine: flag(),
      needs_review: flag(),
      min_micro: v.optional(micro()),
      max_micro: v.optional(micro()),
      requested_before: v.optional(anyTimestamp()),
      limit: integerOr(50, 1, 200),
      cursor: v.optional(cursorOf(StoredUuid)),
    }),
    v.transform((query) => {
      const [mine, needsReview] = [query.mine !== undefined, query.needs_review !== undefined];
      const unasked = needsReview ? undefined : 'requested';
      return {
        status: query.status ?? (mine ? 'processing' : unasked),
        network: query.network,
        mine,
        needsReview,
        minMicro: query.min_micro,
        maxMicro: query.max_micro,
        requestedBefore: query.requested_before,
        limit: query.limit,
        after: query.cursor,
      } as const;
    }),
  );
