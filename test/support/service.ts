/** The deployed bundles behind the local gateway, on a database of their own, as a test file uses them over HTTP. */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { openDatabase, serveStack } from '../../infra/local/service.ts';
import { readAssembly } from '../../infra/local/template.ts';
import { parseJson } from '../../lib/json.ts';
import { backdoor } from './database.ts';

export interface StartOptions {
  /** Gives the address that the functions use for the database, a proxy's for instance. */
  databaseFor?: (databaseUrl: string) => string | Promise<string>;
  /** Added to the template's environment, by function name. */
  environment?: Record<string, Record<string, string>>;
  /** How many instances a function may have; they start when they are needed. */
  poolSize?: number;
}

export interface Session {
  user_id: string;
  session: string;
  cookie: string;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export type Service = Awaited<ReturnType<typeof startService>>;

export async function startService({ databaseFor, environment = {}, poolSize }: StartOptions = {}) {
  const template = readAssembly(inject('assembly'));
  const stack = {
    ...template,
    functions: template.functions.map((lambda) => ({
      ...lambda,
      environment: { ...lambda.environment, ...environment[lambda.name] },
    })),
  };
  const database = await openDatabase(stack, {});
  /** The functions' log lines, in order; those of a request are there before its response is. */
  const logs: string[] = [];
  const service = await serveStack(stack, {
    database,
    functionsEndpoint: await databaseFor?.(database.endpoint),
    poolSize,
    log: ({ line }) => logs.push(line),
    onError: (error) => logs.push(String(error)),
  });
  const { url } = service.gateway;

  return {
    ...backdoor(DynamoDBDocumentClient.from(database.client, { unmarshallOptions: { wrapNumbers: BigInt } })),
    url,
    /** The database's own address, past any proxy. */
    databaseUrl: database.endpoint,
    stack,
    logs,
    newSession: async (user: { available_micro?: bigint; user_id?: string } = {}): Promise<Session> => {
      const { userId, token } = await database.sessions.create(user.available_micro, user.user_id);
      return { user_id: userId, session: token, cookie: `nl_session=${token}` };
    },
    /** Integers of the reply's `json` come as bigint. */
    request: async (method: string, path: string, { headers = {}, body }: RequestOptions = {}) => {
      const content = typeof body === 'object' ? Uint8Array.from(body) : body;
      const init = { method, headers, ...(content !== undefined && { body: content }) };
      const response = await fetch(url + path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
    },
    stop: async (): Promise<void> => {
      await service[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Undefined for an answer that is not JSON, an empty one for instance. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
