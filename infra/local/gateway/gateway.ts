/**
 * An HTTP server that answers as an API Gateway HTTP API would, with functions that run on this
 * machine.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { InvokeOutcome } from '../lambda/runtime.ts';
import type { LocalRoute, LocalStack } from '../template/local-stack.ts';
import { applyCors, preflight } from './cors.ts';
import { close, listen, readBody, refuse, UnderWay, write } from './http.ts';
import { buildEvent, type GatewayRequest, readRequest } from './payload.ts';
import { type GatewayReply, gatewayError, readReply } from './response.ts';
import { findRoute, type RouteMatch } from './routing.ts';

export interface GatewayOptions {
  stack: Pick<LocalStack, 'routes' | 'cors'>;
  invoke: (functionName: string, event: unknown, traceId?: string) => Promise<InvokeOutcome>;
  /** Handlers that exist on this machine only, by `METHOD /path`. */
  localHandlers?: Record<string, (request: GatewayRequest) => Promise<GatewayReply>>;
  /**
   * Decides who calls a route with an authorization type: the event's `requestContext.authorizer`,
   * or undefined to refuse. Without it every such route is closed.
   */
  authorize?: (
    request: GatewayRequest,
    route: LocalRoute,
  ) => Promise<Record<string, unknown> | undefined>;
  onAnswered?: (line: {
    method: string;
    path: string;
    statusCode: number;
    durationMs: number;
  }) => void;
  /** Something that must not happen; the client gets a 500. */
  onError?: (error: unknown) => void;
  host?: string;
  port?: number;
}

export interface Gateway {
  url: string;
  port: number;
  /** Stops listening, lets the requests under way finish, then closes their connections. */
  close(): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', port = 0 } = options;
  // Longer than any client keeps an idle connection, so that none is closed just as its next
  // request is on the way. Node would answer a request without a host by itself, and without a
  // body.
  const server = createServer(
    { keepAliveTimeout: 120_000, requireHostHeader: false },
    (message, response) => {
      const served = serve(options, message, response).catch((error) => {
        // A client that goes away in mid-request is no failure of ours.
        if (!message.destroyed || message.complete) options.onError?.(error);
        response.destroy();
      });
      underWay.add(message, served);
    },
  );
  const underWay = new UnderWay();
  // Node itself answers 417 to an expectation that it does not know, which RFC 9110 lets a server
  // ignore.
  server.on('checkExpectation', (message, response) => server.emit('request', message, response));
  server.on(
    'clientError',
    (error, socket) => void underWay.before(socket).then(() => refuse(error, socket)),
  );
  await listen(server, host, port);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host}:${actualPort}`, port: actualPort, close: () => close(server) };
}

async function serve(options: GatewayOptions, message: IncomingMessage, response: ServerResponse) {
  const startedMs = performance.now();
  const requestId = newRequestId();
  const body = await readBody(message);
  const request = body && readRequest(message, body);
  let reply: GatewayReply;
  if (body === undefined) reply = gatewayError(413, 'Request Entity Too Large');
  else if (request === undefined) reply = gatewayError(400, 'Bad Request');
  else reply = await answer(options, request, requestId);

  const { cors } = options.stack;
  if (cors) reply = applyCors(cors, message.headers.origin, reply);
  write(response, reply, requestId, body === undefined);
  options.onAnswered?.({
    method: message.method ?? '',
    path: (message.url ?? '').split('?')[0] ?? '',
    statusCode: reply.statusCode,
    durationMs: Math.round(performance.now() - startedMs),
  });
}

async function answer(
  options: GatewayOptions,
  request: GatewayRequest,
  requestId: string,
): Promise<GatewayReply> {
  const { stack, localHandlers = {}, onError } = options;
  try {
    const local = Object.entries(localHandlers).find(
      ([key]) => key === `${request.method} ${request.path}`,
    );
    if (local) return await local[1](request);
    const match = findRoute(stack.routes, request.method, request.path);
    if (match) return await integrate(options, match, request, requestId);
    if (stack.cors && request.method === 'OPTIONS') return preflight(stack.cors, request);
    // Also for HEAD and for other methods of a known path: an HTTP API knows no 405.
    return gatewayError(404, 'Not Found');
  } catch (error) {
    onError?.(error);
    return gatewayError(500, 'Internal Server Error');
  }
}

async function integrate(
  { invoke, authorize }: GatewayOptions,
  { route, pathParameters }: RouteMatch,
  request: GatewayRequest,
  requestId: string,
): Promise<GatewayReply> {
  const isOpen = route.authorizationType === 'NONE';
  const authorizer = isOpen ? undefined : await authorize?.(request, route);
  if (!isOpen && authorizer === undefined) return gatewayError(403, 'Forbidden');

  const context = {
    route,
    pathParameters,
    requestId,
    nowMs: Date.now(),
    ...(authorizer && { authorizer }),
  };
  const work = invoke(
    route.functionName,
    buildEvent(request, context),
    request.headers['x-amzn-trace-id'],
  );
  const outcome = await within(route.timeoutMs, work);
  // An HTTP API words an integration that takes too long as 503, where a REST API says 504 (seen in
  // serverless/serverless#11222 and anomalyco/sst#2232); Lambda goes on with the request all the
  // same. AWS documents the answer to an invocation that Lambda refuses for REST APIs only (500);
  // it is taken to be alike here.
  if (outcome === undefined || outcome.type === 'throttled')
    return gatewayError(503, 'Service Unavailable');
  const reply = outcome.type === 'result' ? readReply(outcome.payload) : undefined;
  return reply ?? gatewayError(500, 'Internal Server Error');
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
