/**
 * The query string of the lists that are newest first: `limit`, `offset`, `status` and `cursor`.
 */
import * as v from 'valibot';
import { cursorOf, integerOr } from './args.ts';

const statusList = <Status extends string>(known: readonly Status[]) =>
  v.pipe(
    v.string(),
    v.transform((list) => new Set(known.filter((status) => list.split(',').includes(status)))),
  );

/**
 * The page that is asked for, in a list with these statuses whose cursors hold such a key. A cursor
 * takes the place of an offset.
 */
export const listQuery = <Status extends string>(
  statuses: readonly Status[],
  cursorKey: v.GenericSchema<string, string>,
) =>
  v.pipe(
    v.object({
      limit: integerOr(50, 1, 200),
      offset: integerOr(0, 0, Number.MAX_SAFE_INTEGER),
      status: v.optional(statusList(statuses)),
      cursor: v.optional(cursorOf(cursorKey)),
    }),
    v.transform(({ limit, offset, status, cursor }) => ({
      limit,
      offset: cursor === undefined ? offset : 0,
      after: cursor,
      statuses: status,
    })),
  );
