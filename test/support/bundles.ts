/** A stack of small functions written by a test, for what the gateway and the runtime do with any function. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, type GatewayOptions, startGateway } from '../../infra/local/gateway.ts';
import { Runtime } from '../../infra/local/runtime.ts';
import type { LocalCors, LocalFunction, LocalRoute } from '../../infra/local/stack.ts';

type FunctionShape = Partial<LocalFunction> & { code: string };
type RouteShape = Partial<LocalRoute> & Pick<LocalRoute, 'method' | 'path' | 'functionName'>;

export interface BundlesOptions {
  functions: Record<string, FunctionShape>;
  routes?: RouteShape[];
  cors?: LocalCors;
  poolSize?: number;
  gateway?: Partial<GatewayOptions>;
}

export interface Bundles {
  gateway: Gateway;
  runtime: Runtime;
  logs: string[];
  errors: unknown[];
  stop(): Promise<void>;
}

export async function startBundles(options: BundlesOptions): Promise<Bundles> {
  const { functions, routes = [], cors, poolSize, gateway: more } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  const logs: string[] = [];
  const errors: unknown[] = [];
  const runtime = new Runtime(
    Object.entries(functions).map(([name, shape]) => writeFunction(folder, name, shape)),
    {
      dynamodbEndpoint: 'http://127.0.0.1:1',
      log: ({ line }) => logs.push(line),
      ...(poolSize !== undefined && { poolSize }),
    },
  );
  const gateway = await startGateway({
    stack: {
      routes: routes.map((route) => ({ authorizationType: 'NONE', timeoutMs: 30_000, ...route })),
      ...(cors && { cors }),
    },
    invoke: (name, event) => runtime.invoke(name, event),
    onError: (error) => errors.push(error),
    ...more,
  });
  const stop = async () => {
    await gateway.close();
    await runtime.stop();
    rmSync(folder, { recursive: true });
  };
  return { gateway, runtime, logs, errors, stop };
}

function writeFunction(folder: string, name: string, { code, ...shape }: FunctionShape): LocalFunction {
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
