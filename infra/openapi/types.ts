/** The parts of an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1) that ours is made of. */

/** JSON Schema 2020-12. Bounds are bigint where a number would lose digits. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number | bigint;
  maximum?: number | bigint;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  anyOf?: readonly Schema[];
}

export interface Reference {
  $ref: string;
}

export interface Example {
  summary?: string;
  value: unknown;
}

export interface MediaType {
  schema: Schema;
  examples: Record<string, Example | Reference>;
}

export type Content = Record<'application/json', MediaType>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description: string;
  required?: true;
  style?: 'form';
  explode?: false;
  schema: Schema;
  example?: unknown;
}

export interface Header {
  description: string;
  schema: Schema;
}

export interface Response {
  description: string;
  headers?: Record<string, Reference>;
  content: Content;
}

export interface Operation {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description: string;
  security: readonly Record<string, readonly string[]>[];
  parameters: readonly (Parameter | Reference)[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, Response>;
}

export type Method = 'get' | 'post';

export interface Server {
  url: string;
  description: string;
}

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; summary: string; description: string };
  servers: readonly Server[];
  tags: readonly { name: string; description: string }[];
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Response>;
    parameters: Record<string, Parameter>;
    headers: Record<string, Header>;
    examples: Record<string, Example>;
    securitySchemes: Record<string, Record<string, string>>;
  };
}
