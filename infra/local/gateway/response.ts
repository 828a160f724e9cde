/** HTTP responses: the gateway's own, what a function returned (payload format 2.0), and CORS. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { LocalCors } from '../template/local-stack.ts';
import type { GatewayRequest } from './payload.ts';

export interface GatewayResponse {
  statusCode: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/** The gateway's own responses, worded as an HTTP API words them. */
export const gatewayError = (statusCode: number, message: string): GatewayResponse =>
  jsonResponse(statusCode, { message });

export function jsonResponse(
  statusCode: number,
  value: unknown,
  cookies: string[] = [],
): GatewayResponse {
  return { ...jsonText(JSON.stringify(value)), statusCode, cookies };
}

/** A 200 with this JSON. */
export const jsonText = (json: string): GatewayResponse => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: Buffer.from(json),
});

/** They describe the connection between gateway and client, which a function knows nothing of. */
const GATEWAYS_OWN = /^(connection|content-length|date|keep-alive|transfer-encoding|upgrade)$/;

/**
 * The response that a function's result describes. Undefined (or an exception from a header that
 * HTTP cannot carry) when the gateway accepts no such result: then the client gets a 500. A result
 * without `statusCode` is itself the body of a 200.
 */
export function responseOf(payload: string): GatewayResponse | undefined {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result) || result.statusCode === undefined)
    return jsonText(typeof result === 'string' ? result : payload);
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof body !== 'string' && body !== null) return undefined;
  if (!isRecord(headers) || !Array.isArray(cookies)) return undefined;
  const content = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  const own = Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
    .filter(([name]) => !GATEWAYS_OWN.test(name));
  const setCookies = cookies.map((cookie): [string, string] => ['set-cookie', String(cookie)]);
  for (const [name, value] of [...own, ...setCookies]) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  const type = content.length > 0 && { 'content-type': 'text/plain;charset=UTF-8' };
  return {
    statusCode: status,
    headers: { ...type, ...Object.fromEntries(own) },
    cookies: cookies.map(String),
    body: content,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A preflight's 204, with CORS headers only for an origin that the configuration names. */
export function preflightResponse(cors: LocalCors, { headers }: GatewayRequest): GatewayResponse {
  const { allowMethods, allowHeaders, maxAgeSeconds } = cors;
  const isWanted =
    isAllowed(cors, headers.origin) && headers['access-control-request-method'] !== undefined;
  const allowed = isWanted && {
    'access-control-allow-methods': allowMethods.join(','),
    'access-control-allow-headers': allowHeaders.join(','),
    ...(maxAgeSeconds !== undefined && { 'access-control-max-age': String(maxAgeSeconds) }),
  };
  return { statusCode: 204, headers: { ...allowed }, cookies: [], body: Buffer.alloc(0) };
}

/** With the configured headers for an allowed origin; what a function says of CORS never counts. */
export function withCors(
  cors: LocalCors,
  origin: string | undefined,
  response: GatewayResponse,
): GatewayResponse {
  const isPreflight =
    response.statusCode === 204 && 'access-control-allow-methods' in response.headers;
  const own = Object.entries(response.headers).filter(
    ([name]) => isPreflight || !name.startsWith('access-control-'),
  );
  const headers: Record<string, string> = Object.fromEntries(own);
  if (origin !== undefined && isAllowed(cors, origin)) {
    headers['access-control-allow-origin'] = origin;
    if (cors.allowCredentials) headers['access-control-allow-credentials'] = 'true';
    if (cors.exposeHeaders.length > 0 && !isPreflight)
      headers['access-control-expose-headers'] = cors.exposeHeaders.join(',');
  }
  // Also without a match, since the response would have been another one for another origin.
  headers.vary = headers.vary === undefined ? 'Origin' : `${headers.vary}, Origin`;
  return { ...response, headers };
}

/** Exact origins, `*`, or a scheme with `*` for its every origin. */
const isAllowed = ({ allowOrigins }: LocalCors, origin: string | undefined): boolean =>
  origin !== undefined &&
  allowOrigins.some(
    (allowed) =>
      allowed === origin || (allowed.endsWith('*') && origin.startsWith(allowed.slice(0, -1))),
  );
