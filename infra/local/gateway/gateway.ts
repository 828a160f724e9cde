/** An HTTP server that does as an API Gateway HTTP API would, with functions of this machine. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LocalRoute, LocalStack } from '../template/local-stack.ts';
import { close, listen, PendingRequests, readBody, refuse, writeResponse } from './http.ts';
import { buildEvent, type GatewayRequest, readRequest } from './payload.ts';
import {
  type GatewayResponse,
  gatewayError,
  preflightResponse,
  responseOf,
  withCors,
} from './response.ts';
import { findRoute, type RouteMatch } from './routing.ts';
import type { Throttle } from './throttle.ts';

/** By `METHOD /path`. */
export type LocalHandlers = Record<string, (request: GatewayRequest) => Promise<GatewayResponse>>;

/** What becomes of an invocation; the payload is the function's result as JSON. */
type Outcome = { type: 'result'; payload: string } | { type: 'failed' | 'throttled' | 'too large' };

export interface ResponseLine {
  method: string;
  path: string;
  statusCode: number;
  durationMs: number;
}

export interface GatewayOptions {
  stack: Pick<LocalStack, 'routes' | 'cors'>;
  invoke: (functionName: string, event: unknown, traceId?: string) => Promise<Outcome>;
  /** Routes that exist on this machine only. */
  localHandlers?: LocalHandlers | undefined;
  /**
   * Decides who calls a route with an authorization type: the event's `requestContext.authorizer`,
   * or undefined to refuse. Without it every such route is closed.
   */
  authorize?: (
    request: GatewayRequest,
    route: LocalRoute,
  ) => Promise<Record<string, unknown> | undefined>;
  /** Without it no route is throttled. */
  throttle?: Throttle | undefined;
  /** Why a request may not come in, as a sentence; undefined lets it in, as without this all are. */
  refuse?: ((request: GatewayRequest) => string | undefined) | undefined;
  onResponse?: ((line: ResponseLine) => void) | undefined;
  /** Something that must not happen; the client gets a 500. */
  onError?: ((error: unknown) => void) | undefined;
  host?: string | undefined;
  port?: number | undefined;
  /** The time at which a request comes, in epoch milliseconds; by default the machine's. */
  now?: (() => number) | undefined;
}

export interface Gateway {
  url: string;
  port: number;
  /** Stops listening, lets the requests under way finish, then closes their connections. */
  close(): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', port = 0 } = options;
  // Idle connections live longer than any client keeps one, so that none is closed just as its
  // next request is on the way. A request without a host Node would refuse without a body.
  const server = createServer(
    { keepAliveTimeout: 120_000, requireHostHeader: false },
    (message, response) => {
      const served = serve(options, message, response).catch((error) => {
        // A client that goes away in mid-request is no failure of ours.
        if (!message.destroyed || message.complete) options.onError?.(error);
        response.destroy();
      });
      pending.add(message, served);
    },
  );
  const pending = new PendingRequests();
  // Node refuses an expectation that it does not know, which RFC 9110 lets a server ignore.
  server.on('checkExpectation', (message, response) => server.emit('request', message, response));
  server.on('clientError', (error, socket) => {
    void pending.before(socket).then(() => refuse(error, socket));
  });
  const actualPort = await listen(server, host, port);
  return { url: `http://${host}:${actualPort}`, port: actualPort, close: () => close(server) };
}

async function serve(options: GatewayOptions, message: IncomingMessage, response: ServerResponse) {
  const startedMs = performance.now();
  const requestId = newRequestId();
  const body = await readBody(message);
  const request = body && readRequest(message, body);
  let result: GatewayResponse;
  if (body === undefined) result = gatewayError(413, 'Request Entity Too Large');
  else if (request === undefined) result = gatewayError(400, 'Bad Request');
  else result = await handle(options, request, requestId);

  const { cors } = options.stack;
  if (cors) result = withCors(cors, message.headers.origin, result);
  writeResponse(response, result, requestId, body === undefined);
  options.onResponse?.({
    method: message.method ?? '',
    path: (message.url ?? '').split('?')[0] ?? '',
    statusCode: result.statusCode,
    durationMs: Math.round(performance.now() - startedMs),
  });
}

async function handle(
  options: GatewayOptions,
  request: GatewayRequest,
  requestId: string,
): Promise<GatewayResponse> {
  const { stack, localHandlers = {}, onError, refuse } = options;
  const { method, path } = request;
  try {
    // By the decoded path, as everything below: a way to spell it must not be a way around.
    const refusal = refuse?.(request);
    if (refusal !== undefined) return gatewayError(403, refusal);
    const local = Object.entries(localHandlers).find(([key]) => key === `${method} ${path}`);
    if (local) return await local[1](request);
    const match = findRoute(stack.routes, method, path);
    if (match) return await integrate(options, match, request, requestId);
    if (stack.cors && method === 'OPTIONS') return preflightResponse(stack.cors, request);
    // Also for HEAD and for other methods of a known path: an HTTP API knows no 405.
    return gatewayError(404, 'Not Found');
  } catch (error) {
    onError?.(error);
    return gatewayError(500, 'Internal Server Error');
  }
}

/** Runs the function that a route leads to. */
async function integrate(
  { invoke, authorize, throttle, now = Date.now }: GatewayOptions,
  { route, pathParameters }: RouteMatch,
  request: GatewayRequest,
  requestId: string,
): Promise<GatewayResponse> {
  // AWS does not say whether what it turns away for its signature counts. Here everything does,
  // which is the worse of the two for a route that is flooded with junk.
  if (throttle?.(route) === false) return gatewayError(429, 'Too Many Requests');
  const isOpen = route.authorizationType === 'NONE';
  const authorizer = isOpen ? undefined : await authorize?.(request, route);
  if (!isOpen && authorizer === undefined) return gatewayError(403, 'Forbidden');

  const nowMs = now();
  const event = buildEvent(request, { route, pathParameters, requestId, nowMs, authorizer });
  const work = invoke(route.functionName, event, request.headers['x-amzn-trace-id']);
  const outcome = await within(route.timeoutMs, work);
  // An HTTP API words an integration that takes too long as 503, where a REST API says 504 (seen in
  // serverless/serverless#11222 and anomalyco/sst#2232); Lambda goes on with the request all the
  // same. What an invocation that Lambda refuses becomes AWS documents for REST APIs only (500); it
  // is taken to be alike here.
  if (outcome === undefined || outcome.type === 'throttled')
    return gatewayError(503, 'Service Unavailable');
  if (outcome.type === 'too large') return gatewayError(413, 'Request Entity Too Large');
  const response = outcome.type === 'result' ? responseOf(outcome.payload) : undefined;
  return response ?? gatewayError(500, 'Internal Server Error');
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** API Gateway's look like `JKJaXmPLvHcESHA=`; clients must treat them as opaque. */
const newRequestId = (): string => `${randomBytes(11).toString('base64url').slice(0, 14)}=`;
