/**
 * Holds responses against the OpenAPI document: one that it does not have, or not so, is an error.
 */
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { type OpenApi, openApi, printJson } from '../../infra/openapi/document.ts';
import type { Response } from '../../infra/openapi/responses.ts';

export interface Answered {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

export class Contract {
  // That the schemas are valid ones is tested elsewhere, once and not in every file.
  readonly #ajv = newAjv({ validateSchema: false });
  readonly #document: OpenApi;
  readonly #routes: { method: string; pattern: RegExp; pointer: string }[];

  constructor(document: OpenApi = openApi()) {
    this.#document = plain(document);
    // To Ajv the document is a schema with more schemas inside, of which these are no keywords to
    // be wary of.
    this.#ajv.addVocabulary(Object.keys(this.#document));
    this.#ajv.addSchema(closed(this.#document) as object, 'openapi');
    this.#routes = Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        pointer: pointer('paths', path, method, 'responses'),
      })),
    );
  }

  /** Compiled when it is first asked for. */
  validator(at: string): ValidateFunction {
    const validate = this.#ajv.getSchema(`openapi${at}`);
    if (!validate) throw new Error(`The document has no schema at ${at}.`);
    return validate;
  }

  /**
   * Throws for an answer of the API that is not in the document. Preflights and this machine's own
   * routes are not of the API.
   */
  check({ method, path, status, headers, text }: Answered): void {
    const { pathname } = new URL(path, 'http://localhost');
    if (method === 'OPTIONS' || !pathname.startsWith('/v1/')) return;
    const at = this.#responseAt(method, pathname, status);
    const problem =
      at === undefined
        ? 'which the OpenAPI document does not have'
        : method !== 'HEAD' &&
          (this.#bodyProblem(at, headers, text) ?? this.#headerProblem(at, headers, text));
    if (problem) throw new Error(`${method} ${pathname} answered ${status}, ${problem}: ${text}`);
  }

  #bodyProblem(at: string, headers: Headers, text: string): string | undefined {
    if (headers.get('content-type') !== 'application/json') return 'but not in JSON';
    const validate = this.validator(`${at}/content/application~1json/schema`);
    if (validate(JSON.parse(text))) return undefined;
    return `but the OpenAPI document has another body (${this.#ajv.errorsText(validate.errors)})`;
  }

  #responseAt(method: string, pathname: string, status: number): string | undefined {
    const route = this.#routes.find(
      (candidate) => candidate.method === method && candidate.pattern.test(pathname),
    );
    if (!route) return status === 404 ? '#/components/responses/NotFound' : undefined;
    const at = `${route.pointer}/${status}`;
    return resolve(this.#document, at) === undefined ? undefined : at;
  }

  #headerProblem(at: string, headers: Headers, text: string): string | undefined {
    const response = resolve(this.#document, at) as Response;
    // What the gateway says by itself has none of the service's headers.
    const isGateways = this.validator('#/components/schemas/GatewayAnswer')(JSON.parse(text));
    for (const name of ['x-request-id', 'cache-control', 'idempotency-replayed']) {
      const value = headers.get(name);
      const reference = response.headers?.[name];
      if (value === null && !isGateways && name !== 'idempotency-replayed')
        return `but without ${name}`;
      if (value !== null && !reference)
        return `with ${name}, which the OpenAPI document does not have here`;
      if (value !== null && reference && !this.validator(`${reference.$ref}/schema`)(value))
        return `but with ${name}: ${value}`;
    }
    return undefined;
  }
}

/** The value at a JSON pointer (RFC 6901) in a URI fragment. */
export function resolve(document: unknown, at: string): unknown {
  return at
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      document,
    );
}

export const pointer = (...steps: string[]): string =>
  `#/${steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** As whoever reads the document has it; int64 bounds are rounded to numbers. */
export const plain = (document: OpenApi): OpenApi => JSON.parse(printJson(document));

/** Callers must not mind a field that they do not know, but a test does. */
export function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, closed(member)]);
  const isObjectSchema = 'properties' in value && 'type' in value && value.type === 'object';
  return Object.fromEntries([
    ...entries,
    ...(isObjectSchema ? [['additionalProperties', false]] : []),
  ]);
}

export function newAjv(options: Options = {}): Ajv2020 {
  // A schema beside a $ref says more of an object without saying again that it is one.
  const ajv = new Ajv2020({ ...options, allErrors: true, strictTypes: false });
  ajv.addFormat('uuid', (text) => v.is(v.pipe(v.string(), v.uuid()), text));
  ajv.addFormat('date-time', (text) => v.is(v.pipe(v.string(), v.isoTimestamp()), text));
  ajv.addFormat('int64', { type: 'number', validate: Number.isInteger });
  return ajv;
}
