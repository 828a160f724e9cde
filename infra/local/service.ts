/** The whole stack on this machine, as `npm start` and the tests run it. */
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { Problem } from '../problem.ts';
import { createTables, localClient } from './database/create-tables.ts';
import { type Engine, startEngine } from './database/engine.ts';
import { startEventBridge } from './events/event-bridge.ts';
import { type EventsOptions, startEvents } from './events/start-events.ts';
import { refusalOf } from './gateway/admission.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
import { authorize } from './gateway/signature.ts';
import { throttleOf } from './gateway/throttle.ts';
import type { Clock } from './lambda/clock.ts';
import type { InstanceSettings } from './lambda/instance.ts';
import { Runtime } from './lambda/runtime.ts';
import { docsHandlers } from './only-here/docs.ts';
import { localRoutes } from './only-here/local-routes.ts';
import { Sessions } from './only-here/sign-in.ts';
import type { LocalStack } from './template/local-stack.ts';

export interface DatabaseOptions {
  /** A running engine to use; by default one is started and ended with the rest. */
  endpoint?: string | undefined;
  dataFile?: string | undefined;
  /** The address of this machine for the engine that is started. */
  host?: string | undefined;
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
  { endpoint, dataFile, host }: DatabaseOptions,
): Promise<Database> {
  const engine = endpoint === undefined ? await startEngine({ dataFile, host }) : undefined;
  const address = endpoint ?? (engine as Engine).endpoint;
  const client = localClient(address);
  const close = async () => {
    client.destroy();
    await engine?.stop();
  };
  try {
    if (endpoint !== undefined) await reach(client, endpoint);
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
  extends Pick<GatewayOptions, 'host' | 'port' | 'onResponse' | 'onError' | 'localHandlers'>,
    Partial<Pick<EventsOptions, 'schedules' | 'streams'>> {
  database: Database;
  /** Where the functions connect to instead of the database itself. */
  functionsEndpoint?: string | undefined;
  /** Where the functions publish to instead of the local event bus. */
  busEndpoint?: string | undefined;
  poolSize?: number | undefined;
  /** How many invocations of all functions may be under way at once; no limit unless given. */
  concurrency?: number | undefined;
  /** Throttles routes as the template says; by default a test may send as much as it likes. */
  throttling?: boolean;
  /** The clock of gateway and functions. */
  clock?: Clock | undefined;
  log: InstanceSettings['log'];
  /** Told, in one line each, what became of events. */
  announce?: (line: string) => void;
}

export interface Service extends AsyncDisposable {
  gateway: Gateway;
  runtime: Runtime;
}

export async function serveStack(stack: LocalStack, options: ServiceOptions): Promise<Service> {
  const { database, functionsEndpoint = database.endpoint, clock, log } = options;
  const { busEndpoint, poolSize, concurrency } = options;
  const { announce = () => {}, schedules = false, streams = false, throttling = false } = options;
  const { host, port, localHandlers, onResponse, onError } = options;
  await using opened = new AsyncDisposableStack();
  const bridge = await startEventBridge(stack.events.buses, announce);
  opened.defer(() => bridge.close());
  const runtime = new Runtime(stack.functions, {
    dynamodbEndpoint: functionsEndpoint,
    eventBridgeEndpoint: busEndpoint ?? bridge.url,
    log,
    poolSize,
    concurrency,
    clock,
    compileCache: stack.compileCache,
  });
  opened.defer(() => runtime.stop());
  const invoke = (name: string, event: unknown, traceId?: string) =>
    runtime.invoke(name, event, traceId);
  const eventsOptions = { database, invoke, announce, schedules, streams };
  const events = await startEvents(stack.events, eventsOptions);
  opened.defer(() => events.stop());
  const gateway: Gateway = await startGateway({
    host,
    port,
    onResponse,
    onError,
    now: clock && (() => clock.now()),
    stack,
    invoke,
    authorize,
    throttle: throttling ? throttleOf(stack) : undefined,
    refuse: refusalOf,
    localHandlers: {
      'POST /_local/session': database.sessions.handle,
      ...docsHandlers(database.sessions, () => gateway),
      ...localHandlers,
      ...localRoutes({ bridge, events, functions: stack.functions, runtime }),
    },
  });
  opened.defer(() => gateway.close());
  const all = opened.move();
  return { gateway, runtime, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Asked as everything else will ask it: by the client, which no proxy of the environment meets. */
async function reach(client: DynamoDBClient, endpoint: string): Promise<void> {
  const answers =
    URL.canParse(endpoint) &&
    (await client.send(new ListTablesCommand({ Limit: 1 })).then(
      () => true,
      (error) => error.$metadata?.httpStatusCode !== undefined,
    ));
  if (!answers) throw new Problem(`Nothing answers at DYNAMODB_ENDPOINT (${endpoint}).`);
}
