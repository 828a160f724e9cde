/**
 * The responses of a route, by status: the answer, the errors of the table, and what the gateway
 * says by itself.
 */
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { GATEWAY_ANSWERS, type GatewayAnswer } from './gateway-answers.ts';
import type { DocumentedRoute } from './routes.ts';
import type { Content, Example, Reference, Response, Schema } from './types.ts';

export const REQUEST_ID = 'Hq2p1hXJIAMEJkw=';

export const schemaRef = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });

export const json = (schema: Schema, examples: Record<string, Example | Reference>): Content => ({
  'application/json': { schema, examples },
});

export const errorExample = (tag: ErrorTag): Example => ({
  summary: tag,
  value: { error: tag, message: errors[tag].message, request_id: REQUEST_ID },
});

export const gatewayExample = ({ message }: GatewayAnswer): Example => ({
  summary: message,
  value: { message },
});

export function responsesOf(route: DocumentedRoute): Record<string, Response> {
  const gateway = GATEWAY_ANSWERS.filter(
    ({ on }) => on === 'every' || (on === 'signed' && route.signed),
  );
  const statuses = new Set([
    ...route.errors.map((tag) => errors[tag].status),
    ...gateway.map(({ status }) => status),
  ]);
  const refusals = [...statuses].map((status) => {
    const tags = route.errors.filter((tag) => errors[tag].status === status);
    return [
      status,
      refusal(
        tags,
        gateway.find((answer) => answer.status === status),
      ),
    ];
  });
  // Object keys that look like integers are always in ascending order.
  return Object.fromEntries([[route.text.answer.status, success(route)], ...refusals]);
}

function success({ text, keyed, name }: DocumentedRoute): Response {
  return {
    description: text.answer.description,
    headers: {
      ...ofEveryAnswer,
      ...(keyed && {
        'idempotency-replayed': { $ref: '#/components/headers/IdempotencyReplayed' },
      }),
    },
    content: json(schemaRef(text.answer.schema), { [name]: { value: text.example.answer } }),
  };
}

/** Both who refuse may do so with the same status; their bodies differ. */
function refusal(tags: ErrorTag[], gateway: GatewayAnswer | undefined): Response {
  const schemas: Schema[] = [
    ...(tags.length > 0 ? [{ ...schemaRef('Error'), properties: { error: { enum: tags } } }] : []),
    ...(gateway ? [schemaRef('GatewayAnswer')] : []),
  ];
  const examples = [
    ...tags.map((tag) => [tag, { $ref: `#/components/examples/${tag}` }] as const),
    ...(gateway ? [['gateway', gatewayExample(gateway)] as const] : []),
  ];
  const [only] = schemas;
  return {
    description: [
      ...tags.map((tag) => `- \`${tag}\`: ${errors[tag].message}`),
      ...(gateway ? [`- API Gateway: ${gateway.when}`] : []),
    ].join('\n'),
    ...(tags.length > 0 && { headers: ofEveryAnswer }),
    content: json(
      schemas.length === 1 && only ? only : { anyOf: schemas },
      Object.fromEntries(examples),
    ),
  };
}

const ofEveryAnswer: Record<string, Reference> = {
  'x-request-id': { $ref: '#/components/headers/RequestId' },
  'cache-control': { $ref: '#/components/headers/CacheControl' },
};
