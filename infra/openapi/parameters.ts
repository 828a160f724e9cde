/** The parameters of a route: ids in its path, its query string, the idempotency key. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import { KEY_LIFETIME_SECONDS, KEY_PATTERN } from '../../lib/idempotency.ts';
import { requested } from './examples.ts';
import { querySchema } from './json-schemas.ts';
import type { Query } from './operations.ts';
import type { DocumentedRoute } from './routes.ts';

export interface Parameter extends Omit<Spec.ParameterObject, 'schema'> {
  description: string;
  schema: Spec.SchemaObject;
}

export const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: `A name for this very request, made up by the caller: 1 to 255 visible ASCII characters without a comma, sent once. Repeated with the same key, the request gets the first answer again for at least ${KEY_LIFETIME_SECONDS / 3600} hours and does nothing more. A request that was refused leaves its key unused.`,
  schema: { type: 'string', pattern: KEY_PATTERN.source },
  example: '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
};

const IN_PATH: Record<string, { description: string; example: string }> = {
  id: { description: 'The id of the payout.', example: requested.id },
  user_id: { description: 'The id of the user.', example: requested.user_id },
};

const IN_QUERY: Record<string, string> = {
  limit: 'How many at most. Anything but a number within the bounds is taken as the default.',
  offset:
    'How many of those that match to pass over first, at a cost that grows with them; a cursor makes it void. With an offset, 0 too, a page has `limit` items unless it is the last one.',
  status:
    'Those that have this status: unless it is given, `requested`, or `processing` where `mine` is asked for, or any where `needs_review` is.',
  network: 'Those on this network, which may be one that is no longer offered.',
  mine: 'Those that the caller has claimed.',
  needs_review:
    'Those that somebody has to look at, of whatever status: also what has ended, such as one that was paid although it had been given back.',
  min_micro: 'Those of at least this amount, in micro-units.',
  max_micro: 'Those of at most this amount, in micro-units.',
  requested_before: 'Those asked for before this moment (RFC 3339, with any offset).',
  cursor:
    'The `next_cursor` of the page before, to the letter. However deep, it costs the same. A page of some statuses may be short or empty and still not the last, as long as it has a `next_cursor`.',
};

/** Of texts that are read by code of ours. */
const FORMATS: Record<string, string> = { requested_before: 'date-time' };

const LISTED = 'Only these, separated by commas; what is none of them matches nothing.';

type Parameters = (Parameter | Spec.ReferenceObject)[];

export function parametersOf({ path, text, keyed }: DocumentedRoute): Parameters {
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return [
    ...ids.map(inPath),
    ...(text.query ? inQuery(text.query) : []),
    ...(keyed ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

const inPath = (name: string): Parameter => ({
  name,
  in: 'path',
  description: '',
  ...IN_PATH[name],
  required: true,
  schema: { type: 'string', format: 'uuid' },
});

function inQuery({ entries, lists = {} }: Query): Parameter[] {
  return Object.entries(entries).map(([name, schema]) => {
    const values = lists[name];
    const parameter = { name, in: 'query' };
    const format = FORMATS[name];
    if (!values)
      return {
        ...parameter,
        description: IN_QUERY[name] ?? '',
        schema: { ...querySchema(schema), ...(format && { format }) },
      };
    const items: Spec.SchemaObject = { type: 'string', enum: [...values] };
    const listed: Spec.SchemaObject = { type: 'array', items };
    return { ...parameter, description: LISTED, style: 'form', explode: false, schema: listed };
  });
}
