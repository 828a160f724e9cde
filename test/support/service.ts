/**
 * The deployed bundles behind the local gateway, each under its role, on a database of their own,
 * over HTTP.
 */
import { setTimeout } from 'node:timers/promises';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, inject } from 'vitest';
import type { GatewayOptions } from '../../infra/local/gateway/gateway.ts';
import type { Clock } from '../../infra/local/lambda/clock.ts';
import type { SessionRequest } from '../../infra/local/only-here/session-request.ts';
import { openDatabase, serveStack } from '../../infra/local/service.ts';
import { withConsoleOrigins } from '../../infra/local/template/console-origins.ts';
import { readAssembly } from '../../infra/local/template/read-assembly.ts';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import type { Payout } from '../../lib/payout.ts';
import { backdoor } from './backdoor.ts';
import { Contract } from './contract.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { operatorArn, type RequestOptions, type Sent, signedHeaders, toSend } from './requests.ts';
import { rolesOf, templateIn } from './roles/policy.ts';
import { startRoleProxy } from './roles/role-proxy.ts';
import { PATHS, PAYOUT_REQUEST } from './samples.ts';

export interface StartOptions {
  /** Gives the address that the functions use for the database, a proxy's for instance. */
  databaseFor?: (databaseUrl: string) => string | Promise<string>;
  /** Added to the template's environment, by function name. */
  environment?: Record<string, Record<string, string>>;
  /** How many instances a function may have; they start when they are needed. */
  poolSize?: number;
  /** Follows the template's streams, so that `published` has something to show. */
  publish?: boolean;
  /** Runs the scheduled functions when they are due; `run` does so at any time. */
  schedules?: boolean;
  /** Throttles routes as the template says. */
  throttling?: boolean;
  /** In place of the template's console origins, at the gateway as in the functions. */
  consoleOrigins?: string[];
  /** Serves routes of its own beside the stack's. */
  localHandlers?: GatewayOptions['localHandlers'];
  onResponse?: GatewayOptions['onResponse'];
  /** The clock of gateway and functions. */
  clock?: Clock;
}

export interface Session {
  user_id: string;
  session: string;
  cookie: string;
  /** The rewards' ids: the available one, then the pending ones as they were given. */
  rewards: string[];
  invoices: string[];
}

export interface BillingEvent {
  'detail-type': string;
  detail: Record<string, unknown>;
  time?: string;
  id?: string;
}

export interface PublishedEvent {
  id: string;
  bus: string;
  'detail-type': string;
  source: string;
  detail: Record<string, unknown>;
}

/** What every response of every test is held against. */
let contract: Contract | undefined;

export type Service = Awaited<ReturnType<typeof startService>>;

export async function startService(options: StartOptions = {}) {
  const { databaseFor, environment = {}, poolSize, publish = false } = options;
  const { schedules = false, throttling = false } = options;
  const { consoleOrigins, localHandlers = {}, onResponse = () => undefined, clock } = options;
  const template = readAssembly(inject('assembly'));
  const withOrigins = consoleOrigins ? withConsoleOrigins(template, consoleOrigins) : template;
  const stack = {
    ...withOrigins,
    functions: withOrigins.functions.map((lambda) => ({
      ...lambda,
      environment: {
        ...lambda.environment,
        ...environment[lambda.name],
        // By this the proxy knows whose role counts.
        AWS_SDK_UA_APP_ID: lambda.name,
      },
    })),
  };
  const database = await openDatabase(stack, {});
  const roleProxy = await startRoleProxy(
    (await databaseFor?.(database.endpoint)) ?? database.endpoint,
    rolesOf(templateIn(inject('assembly'))),
  );
  /** The functions' log lines, in order; those of a request are there before its response is. */
  const logs: string[] = [];
  /** What became of events: dead letters, events that no rule wants, published events. */
  const announced: string[] = [];
  const service = await serveStack(stack, {
    database,
    functionsEndpoint: roleProxy.url,
    poolSize,
    streams: publish,
    schedules,
    throttling,
    localHandlers,
    onResponse,
    clock,
    log: ({ line }) => logs.push(line),
    announce: (line) => announced.push(line),
    onError: (error) => logs.push(String(error)),
  });
  const { url } = service.gateway;

  const send = async (method: string, path: string, sent: Sent) => {
    const response = await fetch(url + path, { method, ...sent });
    const text = await response.text();
    contract ??= new Contract();
    contract.check({ method, path, status: response.status, headers: response.headers, text });
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  };
  /**
   * Integers of the reply's `json` come as bigint. Throws for a reply that OpenAPI does not have.
   */
  const request = (method: string, path: string, options: RequestOptions = {}) =>
    send(method, path, toSend(options));

  const items = async <Item>(path: string): Promise<Item[]> =>
    ((await request('GET', path)).json as { items: Item[] }).items;

  return {
    ...backdoor(
      DynamoDBDocumentClient.from(database.client, { unmarshallOptions: { wrapNumbers: BigInt } }),
    ),
    url,
    /** The database's own address, past any proxy. */
    databaseUrl: database.endpoint,
    stack,
    /** The functions, to be invoked, or killed in the middle, past the gateway. */
    runtime: service.runtime,
    logs,
    announced,
    /** What each function has done so far, under its role. */
    allowed: roleProxy.allowed,
    newSession: async (user: SessionRequest = {}): Promise<Session> => {
      const { userId, token, rewards, invoices } = await database.sessions.create(user);
      return { user_id: userId, session: token, cookie: `nl_session=${token}`, rewards, invoices };
    },
    /** Signs the demo user of test/events in. */
    newDemo: () => database.sessions.createDemo(),
    request,
    /** Sends requests as `request` does, signed by this operator, whose ARN is `arn`. */
    operator: (name?: string) => {
      const signedRequest = async (method: string, path: string, options: RequestOptions = {}) => {
        const sent = toSend(options);
        const headers = await signedHeaders({ method, url: url + path, ...sent }, name);
        return send(method, path, { ...sent, headers });
      };
      return Object.assign(signedRequest, { arn: operatorArn(name) });
    },
    /** A payout of 25.00, unless said otherwise, that was accepted. */
    requestPayout: async (cookie: string, other: object = {}): Promise<Payout> => {
      const body = { ...PAYOUT_REQUEST, ...other };
      const { status, json, text } = await request('POST', PATHS.payouts, { cookie, body });
      if (status !== 202) throw new Error(`The payout was refused: ${text}`);
      return json as Payout;
    },
    /** Delivers billing events, and waits until each was processed or is a dead letter. */
    events: async (events: BillingEvent[]): Promise<void> => {
      const { status, text } = await request('POST', '/_local/events?wait=true', {
        body: stringifyJson(events),
      });
      if (status !== 202) throw new Error(`The events were refused: ${text}`);
    },
    deadLetters: () => items<{ queue: string; id: string; body: string }>('/_local/dead-letters'),
    /** The events published so far, in order, at least `count` of them. Needs `publish`. */
    published: async (count = 0): Promise<PublishedEvent[]> => {
      for (;;) {
        const events = await items<PublishedEvent>('/_local/published-events');
        if (events.length >= count) return events;
        await setTimeout(20);
      }
    },
    /** Invokes a function with an event; its result. Throws when the function did. */
    run: async (functionName: string, event: unknown = {}): Promise<unknown> => {
      const { status, json, text } = await request('POST', `/_local/run/${functionName}`, {
        body: stringifyJson(event),
      });
      if (status !== 200) throw new Error(`${functionName}: ${text}`);
      return json;
    },
    /** Throws when a function tried what its role does not allow. */
    stop: async (): Promise<void> => {
      await service[Symbol.asyncDispose]();
      await roleProxy.close();
      await database[Symbol.asyncDispose]();
      if (roleProxy.denied.length > 0)
        throw new Error(`no role allows this: ${stringifyJson(roleProxy.denied)}`);
    },
  };
}

/** A service for all tests of a file. The object is filled before the first of them. */
export function useService(options?: StartOptions): Service {
  const service = {} as Service;
  beforeAll(async () => {
    const { stop } = Object.assign(service, await startService(options));
    return stop;
  });
  return service;
}

/** The same, with a proxy before its database whose faults a test scripts. */
export function useFaultyService(options?: StartOptions): { service: Service; proxy: FaultProxy } {
  const proxy = {} as FaultProxy;
  const service = useService({
    ...options,
    databaseFor: async (databaseUrl) =>
      Object.assign(proxy, await startFaultProxy(databaseUrl)).url,
  });
  afterAll(() => proxy.close());
  return { service, proxy };
}

/** Undefined for a text that is not JSON, an empty one for instance. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
