/** The responses of a route, by status: its result, its errors, and API Gateway's own errors. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { errorDetails } from './examples.ts';
import type { DocumentedRoute } from './routes.ts';

/** What API Gateway says by itself, as `{ "message" }`, without asking a function. */
interface GatewayError {
  status: number;
  message: string;
  when: string;
  on: 'every' | 'signed';
}

const GATEWAY_ERRORS: readonly GatewayError[] = [
  {
    status: 400,
    message: 'Bad Request',
    when: 'The request line or its headers are not HTTP that can be routed.',
    on: 'every',
  },
  {
    status: 403,
    message: 'Forbidden',
    when: 'The signature is missing, wrong or too old, or IAM does not let its owner call this route.',
    on: 'signed',
  },
  {
    status: 413,
    message: 'Request Entity Too Large',
    when: 'The body has more than 10 MB.',
    on: 'every',
  },
  {
    status: 429,
    message: 'Too Many Requests',
    when: 'More requests than the route lets through. Nothing was done; try again a little later.',
    on: 'every',
  },
  {
    status: 500,
    message: 'Internal Server Error',
    when: 'The function did not answer. Its outcome is unknown: repeat the request with the same key.',
    on: 'every',
  },
  {
    status: 503,
    message: 'Service Unavailable',
    when: 'The function took too long, or none is free. The outcome is unknown: repeat the request with the same key.',
    on: 'every',
  },
];

export const UNKNOWN_ROUTE = {
  status: 404,
  message: 'Not Found',
  when: 'No route has this path and method.',
};

export type Reference = Spec.ReferenceObject;
export type Example = Spec.ExampleObject;
export type Schema = Spec.SchemaObject | Reference;
export type Content = Record<
  'application/json',
  { schema: Schema; examples: Record<string, Example | Reference> }
>;
export interface Response extends Omit<Spec.ResponseObject, 'headers'> {
  headers?: Record<string, Reference>;
  content: Content;
}

export const schemaRef = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });

export const json = (schema: Schema, examples: Record<string, Example | Reference>): Content => ({
  'application/json': { schema, examples },
});

export const errorExample = (tag: ErrorTag): Example => ({
  summary: tag,
  value: {
    error: tag,
    message: errors[tag].message,
    request_id: 'Hq2p1hXJIAMEJkw=',
    ...errorDetails[tag],
  },
});

const gatewayExample = (message: string): Example => ({ summary: message, value: { message } });

/** For every path or method that the document does not have. */
export const unknownRoute: Response = {
  description: UNKNOWN_ROUTE.when,
  content: json(schemaRef('GatewayAnswer'), { gateway: gatewayExample(UNKNOWN_ROUTE.message) }),
};

export function responsesOf(route: DocumentedRoute): Record<string, Response> {
  const gateway = GATEWAY_ERRORS.filter(({ on }) => on === 'every' || route.signed);
  const statuses = new Set([
    ...route.errors.map((tag) => errors[tag].status),
    ...gateway.map(({ status }) => status),
  ]);
  const refusals = [...statuses].map((status) => {
    const tags = route.errors.filter((tag) => errors[tag].status === status);
    const own = gateway.find((error) => error.status === status);
    return [status, refusal(tags, own)];
  });
  // Object keys that look like integers are always in ascending order.
  return Object.fromEntries([[route.text.response.status, success(route)], ...refusals]);
}

function success({ text, method, name }: DocumentedRoute): Response {
  return {
    description: text.response.description,
    headers: { ...ofEveryResponse, ...(method === 'post' && ofWrites) },
    content: json(schemaRef(text.response.schema), { [name]: { value: text.example.response } }),
  };
}

/** Both who refuse may do so with the same status; their bodies differ. */
function refusal(tags: ErrorTag[], gateway: GatewayError | undefined): Response {
  const schemas: Schema[] = [
    ...(tags.length > 0 ? [{ ...schemaRef('Error'), properties: { error: { enum: tags } } }] : []),
    ...(gateway ? [schemaRef('GatewayAnswer')] : []),
  ];
  const examples = [
    ...tags.map((tag) => [tag, { $ref: `#/components/examples/${tag}` }] as const),
    ...(gateway ? [['gateway', gatewayExample(gateway.message)] as const] : []),
  ];
  const [only = {}, other] = schemas;
  return {
    description: [
      ...tags.map((tag) => `- \`${tag}\`: ${errors[tag].message}`),
      ...(gateway ? [`- API Gateway: ${gateway.when}`] : []),
    ].join('\n'),
    ...(tags.length > 0 && { headers: ofEveryResponse }),
    content: json(other ? { anyOf: schemas } : only, Object.fromEntries(examples)),
  };
}

const ofEveryResponse: Record<string, Reference> = {
  'x-request-id': { $ref: '#/components/headers/RequestId' },
  'cache-control': { $ref: '#/components/headers/CacheControl' },
};

/** A write that is made again finds that it was made: by its key, or by what it made. */
const ofWrites = {
  'idempotency-replayed': { $ref: '#/components/headers/IdempotencyReplayed' },
};
