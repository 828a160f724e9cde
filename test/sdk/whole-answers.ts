/** What the document has for users, with every field: what a client lacks of it is lost unnoticed. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import { openApi } from '../../infra/openapi/document.ts';
import { plain, resolve } from '../support/contract.ts';

type Body = Record<string, unknown>;
type Schema = Spec.SchemaObject | Spec.ReferenceObject;
export type UserRoute = {
  path: RegExp;
  method: string;
  name: string;
  request?: Body;
  response: Body;
};

const document = plain(openApi());

/** A value of the schema, with the fields that may be missing too. */
export function wholeValue(schema: Schema): unknown {
  if ('$ref' in schema) return wholeValue(resolve(document, schema.$ref) as Schema);
  if (schema.properties) {
    const fields = Object.entries(schema.properties);
    return Object.fromEntries(fields.map(([name, field]) => [name, wholeValue(field)]));
  }
  if ('items' in schema) return [wholeValue(schema.items)];
  if (schema.type === 'integer') return 25_000_000;
  return schema.const ?? schema.enum?.[0] ?? TEXTS[schema.format ?? ''] ?? 'text';
}

const TEXTS: Record<string, string> = {
  uuid: '01a20529-55f4-761f-a2a7-c84a2a8463bf',
  'date-time': '2026-11-22T21:28:44.788Z',
};

export const wholeError = wholeValue({ $ref: '#/components/schemas/Error' }) as Body;

/** What only operators get of an error. */
const OPERATORS_OWN = ['by', 'since', 'attempts', 'why'];

export const usersError: Body = Object.fromEntries(
  Object.entries(wholeError).filter(([name]) => !OPERATORS_OWN.includes(name)),
);

/** The routes that a session opens, each with a whole request and a whole answer. */
export const userRoutes: UserRoute[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { security }]) => security.some((scheme) => 'session' in scheme))
    .map(([method, { operationId, requestBody, responses }]) => {
      const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
      const wholeOf = (content?: { 'application/json': { schema: Schema } }) =>
        wholeValue(content?.['application/json'].schema ?? {}) as Body;
      return {
        path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        method: method.toUpperCase(),
        name: operationId,
        ...(requestBody && { request: wholeOf(requestBody.content) }),
        response: wholeOf(success?.content),
      };
    }),
);
