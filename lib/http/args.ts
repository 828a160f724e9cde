/** Arguments from bodies and query strings. */
import * as v from 'valibot';
import { ApiError } from '../errors.ts';

/** The parsed arguments; throws `invalid_args` when they do not fit the schema. */
export function parseArgs<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  // To valibot an array is an object too, and one without any fields.
  if (!parsed.success || Array.isArray(input)) throw new ApiError('invalid_args');
  return parsed.output;
}

/**
 * A decimal integer within [min, max]; the default for anything else, as the list endpoints
 * promise.
 */
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
    // The decoder passes over what is not base64url; a cursor is only what was handed out, to the
    // letter.
    v.check((cursor) => encodeCursor(decodeCursor(cursor)) === cursor),
    v.transform(decodeCursor),
    id,
  );
