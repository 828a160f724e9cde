/**
 * The OpenAPI 3.1 document of the service, made of what the service itself runs on; equal code
 * gives an equal document.
 */

import { type ErrorTag, errors } from '../../lib/errors.ts';
import manifest from '../../package.json' with { type: 'json' };
import { GATEWAY_ANSWERS } from './gateway-answers.ts';
import { introduction } from './introduction.ts';
import { namedSchemas } from './json-schemas.ts';
import { idempotencyKey, parametersOf } from './parameters.ts';
import { errorExample, gatewayExample, json, responsesOf, schemaRef } from './responses.ts';
import { type DocumentedRoute, documentedRoutes } from './routes.ts';
import type { Header, OpenApi, Operation, Response, Server } from './types.ts';

const SERVERS: readonly Server[] = [
  { url: 'https://api.triport.io', description: 'Production' },
  { url: 'http://127.0.0.1:3000', description: 'This machine, after npm start' },
];

const CONSOLE = { name: 'Console', description: 'What a signed-in user of the console calls.' };
const OPERATORS = {
  name: 'Operators',
  description: 'Who settles the payouts; signed, and without a session.',
};

export function openApi(servers: readonly Server[] = SERVERS): OpenApi {
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
      schemas: { ...namedSchemas() },
      responses: { NotFound: unknownRoute() },
      parameters: { IdempotencyKey: idempotencyKey },
      headers,
      examples: Object.fromEntries(
        (Object.keys(errors) as ErrorTag[]).map((tag) => [tag, errorExample(tag)]),
      ),
      securitySchemes,
    },
  };
}

function paths(): OpenApi['paths'] {
  const all: OpenApi['paths'] = {};
  for (const route of documentedRoutes()) {
    const { method, path } = route;
    all[path] = { ...all[path], [method]: operation(route) };
  }
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
        content: json(schemaRef(text.body), { [name]: { value: text.example.body } }),
      },
    }),
    responses: responsesOf(route),
  };
}

function unknownRoute(): Response {
  const answers = GATEWAY_ANSWERS.filter(({ on }) => on === 'unknown');
  return {
    description: answers.map(({ when }) => when).join('\n'),
    content: json(
      schemaRef('GatewayAnswer'),
      Object.fromEntries(answers.map((answer) => ['gateway', gatewayExample(answer)])),
    ),
  };
}

const headers: Record<string, Header> = {
  RequestId: {
    description: 'Names this request; on every answer that the service itself makes.',
    schema: { type: 'string' },
  },
  CacheControl: {
    description: 'Nothing here may be kept by a cache.',
    schema: { type: 'string', const: 'no-store' },
  },
  IdempotencyReplayed: {
    description: 'Present when an earlier request with the same key has got this answer before.',
    schema: { type: 'string', const: 'true' },
  },
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
