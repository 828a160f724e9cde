/** The document is one of OpenAPI 3.1, and has exactly what the stack serves. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { LocalRoute } from '../../../infra/local/template/local-stack.ts';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { type Operation, openApi, printJson } from '../../../infra/openapi/document.ts';
import type { Parameter } from '../../../infra/openapi/parameters.ts';
import { type ErrorTag, errors } from '../../../lib/errors.ts';
import { networkNames } from '../../../lib/networks/index.ts';
import { closed, newAjv, plain, pointer, resolve } from '../../support/contract.ts';

const document = plain(openApi());
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const named = operations.map((one) => [one.operation.operationId, one] as const);

/** Every value below this one, with the key that it has. */
function* members(value: unknown): Iterable<[key: string, member: unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield [key, member];
    yield* members(member);
  }
}

const references = [...members(document)]
  .filter(([key]) => key === '$ref')
  .map(([, at]) => String(at));

describe('the routes', () => {
  let routes: LocalRoute[];
  beforeAll(() => {
    routes = readAssembly(inject('assembly')).routes;
  });

  test('are those of the template, and each says how it is called', () => {
    const served = routes.map(({ method, path, authorizationType }) => [
      `${method} ${path}`,
      authorizationType === 'AWS_IAM' ? [{ signature: [] }] : [{ session: [] }],
    ]);
    const documented = operations.map(({ method, path, operation }) => [
      `${method.toUpperCase()} ${path}`,
      operation.security,
    ]);
    expect(documented.sort()).toEqual(served.sort());
  });

  test('have names of their own', () =>
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(
      operations.length,
    ));

  test.each(named)(
    '%s has what OpenAPI wants of an operation, and words for people',
    (_name, one) => {
      const { operation, path } = one;
      expect(operation.summary).toMatch(/^[A-Z].{5,40}[a-z]$/);
      expect(operation.description).toMatch(/\.$/);
      for (const tag of operation.tags)
        expect(document.tags.map(({ name }) => name)).toContain(tag);
      for (const scheme of operation.security.flatMap(Object.keys))
        expect(document.components.securitySchemes).toHaveProperty(scheme);

      const parameters = operation.parameters.map((parameter) =>
        '$ref' in parameter ? (resolve(document, parameter.$ref) as Parameter) : parameter,
      );
      for (const parameter of parameters) expect(parameter.description).toMatch(/\.$/);
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name, required }) => [name, required])).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]),
      );
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[245]\d\d$/);
        expect(description).toMatch(/\.$/);
        expect(Object.keys(content['application/json'].examples)).not.toEqual([]);
      }
    },
  );
});

describe('the parts', () => {
  test('say which version of OpenAPI they follow', () =>
    expect(document.openapi).toMatch(/^3\.1\.\d$/));

  test('are all there when something refers to them', () => {
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((at) => (resolve(document, at) ?? null) === null)).toEqual([]);
  });

  test('are all referred to, except the answer where no route is', () => {
    const { securitySchemes: _, ...components } = document.components;
    const all = Object.entries(components).flatMap(([kind, parts]) =>
      Object.keys(parts).map((name) => pointer('components', kind, name)),
    );
    expect(all.filter((at) => !references.includes(at))).toEqual([
      '#/components/responses/NotFound',
    ]);
  });

  test('have names that OpenAPI allows', () => {
    for (const part of Object.values(document.components).flatMap(Object.keys))
      expect(part).toMatch(/^[a-zA-Z0-9._-]+$/);
  });

  test('describe every field', () => {
    for (const schema of Object.values(document.components.schemas))
      for (const [field, { description }] of Object.entries(schema.properties ?? {}))
        expect([field, description]).toEqual([field, expect.stringMatching(/\.$/)]);
  });

  test('hold schemas that are valid in JSON Schema 2020-12', () => {
    const ajv = newAjv().addVocabulary(Object.keys(document));
    ajv.addSchema(closed(document) as object, 'openapi');
    for (const name of Object.keys(document.components.schemas))
      expect(ajv.getSchema(`openapi${pointer('components', 'schemas', name)}`)).toBeTypeOf(
        'function',
      );
    for (const [, schema] of [...members(document.paths)].filter(([key]) => key === 'schema'))
      expect(ajv.validateSchema(schema as object)).toBe(true);
  });
});

test('a request may name the networks that are offered, an answer any', () => {
  const { PayoutRequest, Payout } = document.components.schemas;
  expect(PayoutRequest.properties?.network).toMatchObject({ enum: networkNames });
  expect(Payout.properties?.network).toEqual({
    type: 'string',
    minLength: 1,
    description: expect.any(String),
  });
});

test('no cursor is empty, and people see a note', () => {
  const cursors = operations.flatMap(({ operation }) =>
    operation.parameters.filter((one) => 'name' in one && one.name === 'cursor'),
  );
  expect(cursors).toHaveLength(3);
  for (const cursor of cursors)
    expect(cursor).toMatchObject({ schema: { type: 'string', minLength: 1 } });
  const { note } = document.components.schemas.UnpaidReport.properties ?? {};
  expect(note).toMatchObject({ description: expect.stringContaining('people see at least one') });
});

describe('the errors', () => {
  const tags = Object.keys(errors) as ErrorTag[];
  const documented = ({ responses }: Operation) =>
    Object.entries(responses).map(([status, { content }]) => ({
      status: Number(status),
      tags: Object.keys(content['application/json'].examples).filter(
        (name) => name in errors,
      ) as ErrorTag[],
    }));

  test('of the table can each happen somewhere', () => {
    const somewhere = new Set(
      operations.flatMap(({ operation }) => documented(operation).flatMap((one) => one.tags)),
    );
    expect([...somewhere].sort()).toEqual([...tags].sort());
  });

  test.each(named)(
    'of %s stand under their status, in order of precedence',
    (_name, { operation }) => {
      for (const { status, tags: here } of documented(operation)) {
        expect(here.map((tag) => errors[tag].status)).toEqual(here.map(() => status));
        expect(here).toEqual(tags.filter((tag) => here.includes(tag)));
      }
    },
  );
});

test('the same code prints the same text, with every digit of an int64', () => {
  const text = printJson(openApi());
  expect(printJson(openApi())).toBe(text);
  expect(text).toContain('"minimum": -9223372036854775808,');
  expect(text).toContain('"maximum": 9223372036854775807,');
});
