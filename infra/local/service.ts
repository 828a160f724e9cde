/**
 * The whole stack on this machine: engine and tables, functions, gateway, sessions, events; shared
 * by `npm start` and the tests.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Problem } from '../problem.ts';
import { createTables, localClient } from './database/create-tables.ts';
import { type Engine, startEngine } from './database/engine.ts';
import { startEventBridge } from './events/event-bridge.ts';
import { moveEvents } from './events/start-events.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
import { authorize } from './gateway/local-operators.ts';
import type { Clock } from './lambda/clock.ts';
import type { InstanceSettings } from './lambda/instance.ts';
import { Runtime } from './lambda/runtime.ts';
import { docsHandlers } from './only-here/docs.ts';
import { runHandlers } from './only-here/local-routes.ts';
import { Sessions } from './only-here/sign-in.ts';
import type { LocalStack } from './template/local-stack.ts';

export interface DatabaseOptions {
  /** A running engine to use; by default one is started and ended with the rest. */
  endpoint?: string | undefined;
  dataFile?: string | undefined;
}

export interface Database extends AsyncDisposable {
  endpoint: string;
  client: DynamoDBClient;
  sessions: Sessions;
  /** Resolves if the engine that was started ends; a foreign one is not watched. */
  ended?: Promise<void>;
}

export async function openDatabase(
  stack: LocalStack,
  { endpoint, dataFile }: DatabaseOptions,
): Promise<Database> {
  const engine: Engine | undefined =
    endpoint === undefined
      ? await startEngine(dataFile === undefined ? {} : { dataFile })
      : undefined;
  const address = endpoint ?? (engine as Engine).endpoint;
  const client = localClient(address);
  const close = async () => {
    client.destroy();
    await engine?.stop();
  };
  try {
    if (endpoint !== undefined) await reach(endpoint);
    await createTables(client, stack.tables);
    return {
      endpoint: address,
      client,
      sessions: new Sessions(client, stack),
      ...(engine && { ended: engine.ended }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface ServiceOptions
  extends Pick<GatewayOptions, 'host' | 'port' | 'onAnswered' | 'onError' | 'localHandlers'> {
  database: Database;
  /** Where the functions connect to instead of the database itself. */
  functionsEndpoint?: string | undefined;
  poolSize?: number | undefined;
  /** The clock of the functions. */
  clock?: Clock | undefined;
  log: InstanceSettings['log'];
  /** Told, in one line each, what became of events. */
  announce?: (line: string) => void;
  /** Runs the scheduled functions when they are due. */
  schedules?: boolean;
  /** Hands the changes in tables with a stream to their functions. */
  publish?: boolean;
}

export interface Service extends AsyncDisposable {
  gateway: Gateway;
  runtime: Runtime;
}

export async function serveStack(stack: LocalStack, options: ServiceOptions): Promise<Service> {
  const {
    database,
    functionsEndpoint = database.endpoint,
    poolSize,
    clock,
    log,
    ...more
  } = options;
  const { announce = () => {}, schedules = false, publish = false, ...listening } = more;
  await using opened = new AsyncDisposableStack();
  const bridge = await startEventBridge(stack.events.buses, announce);
  opened.defer(() => bridge.close());
  const runtime = new Runtime(stack.functions, {
    dynamodbEndpoint: functionsEndpoint,
    eventBridgeEndpoint: bridge.url,
    log,
    ...(poolSize !== undefined && { poolSize }),
    ...(clock && { clock }),
  });
  opened.defer(() => runtime.stop());
  const invoke = (name: string, event: unknown, traceId?: string) =>
    runtime.invoke(name, event, traceId);
  const moving = await moveEvents(stack.events, { database, invoke, announce, schedules, publish });
  opened.defer(() => moving.stop());
  const gateway = await startGateway({
    ...listening,
    stack,
    invoke,
    authorize,
    localHandlers: {
      'POST /_local/session': database.sessions.handle,
      'GET /_local/published-events': bridge.handle,
      ...docsHandlers,
      ...listening.localHandlers,
      ...moving.handlers,
      ...runHandlers(stack.functions, runtime),
    },
  });
  opened.defer(() => gateway.close());
  const all = opened.move();
  return { gateway, runtime, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function reach(endpoint: string): Promise<void> {
  const reachable = URL.canParse(endpoint) && (await fetch(endpoint).catch(() => undefined));
  if (!reachable) throw new Problem(`Nothing answers at DYNAMODB_ENDPOINT (${endpoint}).`);
  await reachable.body?.cancel();
}
