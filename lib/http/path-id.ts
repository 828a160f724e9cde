/** Ids in the path of a request. */
import * as v from 'valibot';
import { ApiError, type ErrorTag } from '../errors.ts';
import type { ApiEvent } from './event.ts';

const Uuid = v.pipe(v.string(), v.uuid());

/**
 * The UUID under this name in the route's path; throws an ApiError with the tag when it is none.
 */
export function pathId({ pathParameters }: ApiEvent, name: string, tag: ErrorTag): string {
  const id = pathParameters?.[name];
  if (!v.is(Uuid, id)) throw new ApiError(tag);
  return id;
}

/** Payout ids are stored in lower case, and RFC 9562 reads both. */
export const payoutIdInPath = (event: ApiEvent, tag: ErrorTag): string =>
  pathId(event, 'id', tag).toLowerCase();
