/** Every example is what it is an example of. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { openApi, printJson } from '../../../infra/openapi/document.ts';
import type { Content, Example } from '../../../infra/openapi/responses.ts';
import { documentedRoutes } from '../../../infra/openapi/routes.ts';
import { schemas } from '../../../infra/openapi/schemas.ts';
import { parseJson } from '../../../lib/json.ts';
import { isPayableOn, txHashOn } from '../../../lib/networks/index.ts';
import { Contract, plain, pointer, resolve } from '../../support/contract.ts';

type Schema = Spec.SchemaObject | Spec.ReferenceObject;

const document = plain(openApi());
const contract = new Contract();

const contents = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody, responses }]) => [
    ...(requestBody
      ? [[pointer('paths', path, method, 'requestBody'), requestBody.content] as const]
      : []),
    ...Object.entries(responses).map(
      ([status, { content }]) =>
        [pointer('paths', path, method, 'responses', status), content] as const,
    ),
  ]),
);

test.each(contents)('the examples at %s are valid', (at, content: Content) => {
  const validate = contract.validator(`${at}/content/application~1json/schema`);
  const examples = Object.entries(content['application/json'].examples);
  expect(examples).not.toEqual([]);
  for (const [name, example] of examples) {
    const { value } = ('$ref' in example ? resolve(document, example.$ref) : example) as Example;
    expect([name, validate(value), validate.errors]).toEqual([name, true, null]);
  }
});

test('each field is in some example of its schema', () => {
  const shown = new Set<string>();
  const look = (schema: Schema, value: unknown, name = ''): void => {
    if ('$ref' in schema) {
      const at = resolve(document, schema.$ref) as Schema;
      look(at, value, schema.$ref.replace('#/components/schemas/', ''));
    } else if (Array.isArray(value) && 'items' in schema) {
      for (const item of value) look(schema.items as Schema, item);
    } else if (schema.anyOf) {
      for (const one of schema.anyOf)
        if ('$ref' in one && contract.validator(one.$ref)(value)) look(one, value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [field, member] of Object.entries(value)) {
        shown.add(`${name}.${field}`);
        look(schema.properties?.[field] ?? {}, member);
      }
    }
  };
  for (const [, { 'application/json': content }] of contents)
    for (const example of Object.values(content.examples)) {
      const { value } = ('$ref' in example ? resolve(document, example.$ref) : example) as Example;
      look(content.schema, value);
    }
  const all = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
    Object.keys(properties).map((field) => `${name}.${field}`),
  );
  expect(all.filter((field) => !shown.has(field))).toEqual([]);
});

describe('the code itself takes', () => {
  const examples = documentedRoutes().flatMap(({ name, text: { body, response, example } }) => [
    ...(body ? [[`the request of ${name}`, schemas[body], example.body] as const] : []),
    [`the answer of ${name}`, schemas[response.schema], example.response] as const,
  ]);
  test.each(examples)('%s', (_name, schema, value) => {
    const parsed = parseJson(printJson(value));
    expect(v.parse<v.GenericSchema>(schema, parsed)).toEqual(parsed);
  });

  test('the address and the hash', () => {
    const { RequestPayout, MarkPayoutSent } = Object.fromEntries(
      documentedRoutes().map(({ name, text }) => [
        name,
        text.example.body as Record<string, string>,
      ]),
    );
    expect(isPayableOn('solana', RequestPayout?.address ?? '')).toBe(true);
    expect(txHashOn('solana', MarkPayoutSent?.tx_hash ?? '')).toBe(MarkPayoutSent?.tx_hash);
  });
});

test('the parameters’ examples are valid', () => {
  const { schema, example } = document.components.parameters.IdempotencyKey ?? {};
  expect(schema?.pattern).toBeTypeOf('string');
  expect(example).toMatch(new RegExp(schema?.pattern ?? ''));
});
