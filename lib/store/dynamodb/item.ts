/** Stored items are parsed when read: one of another shape is reported, never guessed at. */
import * as v from 'valibot';
import { CorruptItemError } from '../../errors.ts';
import { logFailure } from '../../log.ts';

/** Throws CorruptItemError naming the table and the failing fields, but none of their values. */
export function parseItem<Schema extends v.GenericSchema>(
  schema: Schema,
  item: unknown,
  table: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, item);
  if (parsed.success) return parsed.output;
  const fields = new Set(parsed.issues.map((issue) => v.getDotPath(issue) ?? issue.message));
  throw new CorruptItemError(`${table}: ${[...fields].join(', ')}`);
}

/** By which an item is found, readable or not: they are its key. */
type Ids = { id: string; user_id: string };

/** `name` is the attribute with the item's own id. */
export const idsOf = (item: Record<string, unknown>, name = 'id'): Ids => ({
  id: String(item[name]),
  user_id: String(item.user_id),
});

/** What operators see in the place of an item that cannot be read. */
export const UnreadableItem = v.object({
  id: v.string(),
  user_id: v.string(),
  unreadable: v.literal(true),
});
export type UnreadableItem = v.InferOutput<typeof UnreadableItem>;

export const unreadable = ({ id, user_id }: Ids): UnreadableItem => ({
  id,
  user_id,
  unreadable: true,
});

/**
 * What `read` makes of an item among others. A corrupt one is logged with its ids and none of its
 * contents, and is undefined, so that it stops nobody else.
 */
export function readOrLog<Row>(
  read: () => Row,
  ids: Ids & { sequence_number?: string },
): Row | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CorruptItemError)) throw error;
    logFailure(error, ids);
    return undefined;
  }
}
