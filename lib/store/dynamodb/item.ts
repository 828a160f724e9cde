/** Stored items are parsed when read: one of another shape is reported, never guessed at. */
import * as v from 'valibot';
import { CorruptItemError } from '../../errors.ts';

/** Throws CorruptItemError naming the table and the failing fields, but none of their values. */
export function parseItem<Schema extends v.GenericSchema>(
  schema: Schema,
  item: unknown,
  table: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, item);
  if (parsed.success) return parsed.output;
  const fields = parsed.issues.map((issue) => v.getDotPath(issue) ?? issue.message);
  throw new CorruptItemError(`${table}: ${fields.join(', ')}`);
}
