/** Builds the event of payload format 2.0 that an API Gateway HTTP API hands to a function. */
import type { IncomingMessage } from 'node:http';
import { ACCOUNT_ID } from '../template/intrinsics.ts';
import type { LocalRoute } from '../template/local-stack.ts';

export interface GatewayRequest {
  method: string;
  /** Percent-decoded, as an HTTP API routes and reports it. */
  path: string;
  /** As it was sent, which is what a signature covers. */
  encodedPath: string;
  /** As it was sent, without the question mark. */
  queryString: string;
  /** Names in lower case; a repeated header has its values joined by commas; without `cookie`. */
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
  sourceIp: string;
  protocol: string;
}

export interface EventContext {
  route: LocalRoute;
  pathParameters: Record<string, string>;
  requestId: string;
  nowMs: number;
  /** What the authorizer found out, if the route has one. */
  authorizer?: Record<string, unknown> | undefined;
}

/** They belong to one connection and end at the gateway. */
const HOP_BY_HOP = /^(connection|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

/**
 * Undefined for a request line that cannot be routed, or unless exactly one host is named: in the
 * header, and the same again by a target that is a whole URL (RFC 9112, section 3.2.2).
 */
export function readRequest(message: IncomingMessage, body: Buffer): GatewayRequest | undefined {
  const [host, ...more] = message.headersDistinct.host ?? [];
  if (host === undefined || more.length > 0) return undefined;
  const [, named, target = ''] =
    (message.url ?? '').match(/^(?:https?:\/\/([^/?#]*))?(.*)$/is) ?? [];
  if (named !== undefined && named.toLowerCase() !== host.toLowerCase()) return undefined;
  const [encodedPath = '', ...query] = target.split('?');
  const path = decodePath(encodedPath || '/');
  if (path === undefined) return undefined;
  return {
    method: message.method ?? 'GET',
    path,
    encodedPath: encodedPath || '/',
    queryString: query.join('?'),
    ...readHeaders(message, body),
    body,
    sourceIp: message.socket.remoteAddress ?? '',
    protocol: `HTTP/${message.httpVersion}`,
  };
}

export function buildEvent(
  request: GatewayRequest,
  context: EventContext,
): Record<string, unknown> {
  const { method, path, queryString, headers, cookies, body, sourceIp, protocol } = request;
  const { route, pathParameters, requestId, nowMs, authorizer } = context;
  const routeKey = route.path === '$default' ? '$default' : `${route.method} ${route.path}`;
  const domainName = headers.host ?? 'localhost';
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: queryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(queryString !== '' && { queryStringParameters: queryParameters(queryString) }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: 'local',
      ...(authorizer && { authorizer }),
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: { method, path, protocol, sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey,
      stage: '$default',
      time: clfTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...encodeBody(body, headers),
  };
}

function decodePath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function readHeaders({ rawHeaders, socket }: IncomingMessage, body: Buffer) {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    const value = rawHeaders[at + 1] as string;
    if (HOP_BY_HOP.test(name)) continue;
    if (name === 'cookie')
      cookies.push(
        ...value
          .split(';')
          .map((cookie) => cookie.trim())
          .filter(Boolean),
      );
    else headers.set(name, headers.has(name) ? `${headers.get(name)},${value}` : value);
  }
  if (body.length > 0) headers.set('content-length', String(body.length));
  headers.set('x-forwarded-for', socket.remoteAddress ?? '');
  headers.set('x-forwarded-port', String(socket.localPort));
  headers.set('x-forwarded-proto', 'http');
  // fromEntries defines its properties, so that a header called __proto__ is only a header.
  return { headers: Object.fromEntries(headers), cookies };
}

/** A name given several times has its values joined by commas. */
function queryParameters(queryString: string): Record<string, string> {
  const query = new URLSearchParams(queryString);
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]),
  );
}

const TEXT_TYPE = /^(text\/.+|application\/(json|xml|javascript))$/;

function encodeBody(body: Buffer, headers: Record<string, string>) {
  if (body.length === 0) return { isBase64Encoded: false };
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const encoded =
    headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
  const text = body.toString('utf8');
  // An event is JSON, which carries only valid Unicode. Bytes that are no UTF-8 would reach the
  // function as replacement characters; as base64 they arrive as they were sent, and the function
  // itself can refuse them.
  const isText = TEXT_TYPE.test(mediaType) && !encoded && Buffer.from(text, 'utf8').equals(body);
  return isText
    ? { body: text, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

/** The common log format's time: `22/Nov/2026:19:17:04 +0000`. */
function clfTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
