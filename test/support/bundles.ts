/**
 * A stack of small functions written by a test, for what the gateway and the runtime do with any
 * function.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localClient } from '../../infra/local/database/create-tables.ts';
import { startEngine } from '../../infra/local/database/engine.ts';
import { startEventBridge } from '../../infra/local/events/event-bridge.ts';
import { startEvents } from '../../infra/local/events/start-events.ts';
import {
  type Gateway,
  type GatewayOptions,
  startGateway,
} from '../../infra/local/gateway/gateway.ts';
import type { Clock } from '../../infra/local/lambda/clock.ts';
import { Runtime } from '../../infra/local/lambda/runtime.ts';
import { localRoutes } from '../../infra/local/only-here/local-routes.ts';
import type { Database } from '../../infra/local/service.ts';
import type {
  LocalCors,
  LocalEvents,
  LocalFunction,
  LocalRoute,
} from '../../infra/local/template/local-stack.ts';

type FunctionShape = Partial<LocalFunction> & { code: string };
type RouteShape = Partial<LocalRoute> & Pick<LocalRoute, 'method' | 'path' | 'functionName'>;

export interface BundlesOptions {
  functions: Record<string, FunctionShape>;
  routes?: RouteShape[];
  cors?: LocalCors;
  poolSize?: number;
  concurrency?: number;
  clock?: Clock | undefined;
  gateway?: Partial<GatewayOptions>;
  events?: Partial<LocalEvents>;
  /** Whose streams are followed; without it none is. */
  database?: Pick<Database, 'endpoint' | 'client'>;
  schedules?: boolean;
}

export interface Bundles {
  /** The temporary folder that holds the functions. */
  folder: string;
  gateway: Gateway;
  runtime: Runtime;
  functions: LocalFunction[];
  logs: string[];
  announced: string[];
  errors: unknown[];
  stop(): Promise<void>;
}

/** Where nothing is. */
const NOWHERE = 'http://127.0.0.1:1';

export async function startBundles(options: BundlesOptions): Promise<Bundles> {
  const {
    functions,
    routes = [],
    cors,
    poolSize,
    concurrency,
    clock,
    gateway: more,
    database,
    schedules = false,
  } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  const logs: string[] = [];
  const announced: string[] = [];
  const errors: unknown[] = [];
  const announce = (line: string) => void announced.push(line);
  const events = { ...NO_EVENTS, ...options.events };
  const bridge = await startEventBridge(events.buses, announce);
  const lambdas = Object.entries(functions).map(([name, shape]) =>
    writeFunction(folder, name, shape),
  );
  const runtime = new Runtime(lambdas, {
    dynamodbEndpoint: NOWHERE,
    ...(events.buses.length > 0 && { eventBridgeEndpoint: bridge.url }),
    log: ({ line }) => logs.push(line),
    poolSize,
    concurrency,
    clock,
    compileCache: join(folder, 'compile-cache'),
  });
  // What is accepted is kept in the database, and so there must be one.
  const engine = database === undefined ? await startEngine() : undefined;
  const running = await startEvents(events, {
    database: database ?? { endpoint: NOWHERE, client: localClient(engine?.endpoint ?? NOWHERE) },
    invoke: (name, event) => runtime.invoke(name, event),
    announce,
    schedules,
    streams: database !== undefined,
  });
  const gateway = await startGateway({
    stack: {
      routes: routes.map((route) => ({ authorizationType: 'NONE', timeoutMs: 30_000, ...route })),
      ...(cors && { cors }),
    },
    invoke: (name, event) => runtime.invoke(name, event),
    onError: (error) => errors.push(error),
    localHandlers: localRoutes({ bridge, events: running, functions: lambdas, runtime }),
    ...more,
  });
  const stop = async () => {
    await gateway.close();
    running.stop();
    await runtime.stop();
    await bridge.close();
    await engine?.stop();
    rmSync(folder, { recursive: true });
  };
  return { folder, gateway, runtime, functions: lambdas, logs, announced, errors, stop };
}

const NO_EVENTS: LocalEvents = {
  buses: [],
  rules: [],
  queues: [],
  queueMappings: [],
  streamMappings: [],
  schedules: [],
};

function writeFunction(
  folder: string,
  name: string,
  { code, ...shape }: FunctionShape,
): LocalFunction {
  const dir = join(folder, name);
  mkdirSync(dir);
  writeFileSync(join(dir, 'index.mjs'), code);
  return {
    name,
    dir,
    handler: 'index.handler',
    environment: {},
    timeoutMs: 10_000,
    memoryMb: 128,
    logLevel: 'INFO',
    ...shape,
  };
}
