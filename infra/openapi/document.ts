/** The OpenAPI 3.1 document of the service, made of what the service itself runs on. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import manifest from '../../package.json' with { type: 'json' };
import { introduction } from './introduction.ts';
import { namedSchemas } from './json-schemas.ts';
import type { OperationText } from './operations.ts';
import { idempotencyKey, type Parameter, parametersOf } from './parameters.ts';
import type { Content, Reference, Response } from './responses.ts';
import { errorExample, json, responsesOf, schemaRef, unknownRoute } from './responses.ts';
import { type DocumentedRoute, documentedRoutes, type Method } from './routes.ts';

export interface Operation extends Omit<Spec.OperationObject, 'parameters'> {
  operationId: string;
  tags: string[];
  description: string;
  security: Spec.SecurityRequirementObject[];
  parameters: (Parameter | Reference)[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, Response>;
}

/**
 * The package has parameters, headers and thereby paths of OpenAPI 3.0 only: those are typed here.
 */
export type OpenApi = ReturnType<typeof openApi>;

const SERVERS: Spec.ServerObject[] = [
  { url: 'https://api.triport.io', description: 'Production' },
  { url: 'http://127.0.0.1:3000', description: 'This machine, after npm start' },
];

const CONSOLE = { name: 'Console', description: 'What a signed-in user of the console calls.' };
const OPERATORS = {
  name: 'Operators',
  description: 'Who settles the payouts; signed, and without a session.',
};

export function openApi(servers = SERVERS) {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Triport referral payouts',
      version: manifest.version,
      summary: 'Balances, payouts and invoices of the referral programme.',
      description: introduction(),
    },
    servers,
    tags: [CONSOLE, OPERATORS],
    paths: paths(),
    components: {
      schemas: namedSchemas(),
      responses: { NotFound: unknownRoute },
      parameters: { IdempotencyKey: idempotencyKey },
      headers,
      examples: Object.fromEntries(
        (Object.keys(errors) as ErrorTag[]).map((tag) => [tag, errorExample(tag)]),
      ),
      securitySchemes,
    },
  } satisfies Omit<Spec.Document, 'paths' | 'components'> & Record<'paths' | 'components', object>;
}

function paths() {
  const all: Record<string, Partial<Record<Method, Operation>>> = {};
  for (const route of documentedRoutes())
    all[route.path] = { ...all[route.path], [route.method]: operation(route) };
  return all;
}

function operation(route: DocumentedRoute): Operation {
  const { name, signed, text } = route;
  return {
    operationId: name.charAt(0).toLowerCase() + name.slice(1),
    tags: [signed ? OPERATORS.name : CONSOLE.name],
    summary: text.summary,
    description: text.description,
    security: [signed ? { signature: [] } : { session: [] }],
    parameters: parametersOf(route),
    ...(text.body && {
      requestBody: {
        required: true,
        content: json(schemaRef(text.body), bodiesOf(name, text)),
      },
    }),
    responses: responsesOf(route),
  };
}

const bodiesOf = (name: string, { example }: OperationText) =>
  Object.fromEntries(
    Object.entries({ [name]: example.body, ...example.bodies }).map(([what, value]) => [
      what,
      { value },
    ]),
  );

const text = (description: string, value?: string) => ({
  description,
  schema: { type: 'string', ...(value !== undefined && { const: value }) } as const,
});

const headers = {
  RequestId: text('Names this request; on every answer that the service itself makes.'),
  CacheControl: text('Nothing here may be kept by a cache.', 'no-store'),
  IdempotencyReplayed: text(
    'Present when an earlier request had done this before: one with the same key, or the same ' +
      'transition of the payout.',
    'true',
  ),
};

const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'nl_session',
    description:
      'The console’s session. Missing, unknown, expired, revoked or given twice, it is no session.',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    'x-amazon-apigateway-authtype': 'awsSigv4',
    description:
      'AWS Signature Version 4 for the service execute-api, by someone whom IAM lets call the route.',
  },
};

/** As JSON, with every digit of its bounds. */
export function printJson(value: unknown): string {
  const exact = (_key: string, part: unknown) =>
    typeof part === 'bigint' ? JSON.rawJSON(String(part)) : part;
  return `${JSON.stringify(value, exact, 2)}\n`;
}
