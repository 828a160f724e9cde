/** Turns what a function returned into an HTTP response, by the rules of payload format 2.0. */
import { validateHeaderName, validateHeaderValue } from 'node:http';

export interface GatewayReply {
  statusCode: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/** The gateway's own answers, worded as an HTTP API words them. */
export function gatewayError(statusCode: number, message: string): GatewayReply {
  return jsonReply(statusCode, { message });
}

export function jsonReply(
  statusCode: number,
  value: unknown,
  cookies: string[] = [],
): GatewayReply {
  const headers = { 'content-type': 'application/json' };
  return { statusCode, headers, cookies, body: Buffer.from(JSON.stringify(value)) };
}

/** They describe the connection between gateway and client, which a function knows nothing of. */
const GATEWAYS_OWN = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads a function's result. Undefined (or an exception from a header that HTTP cannot carry) when
 * it is not one that the gateway accepts: then the client gets 500 Internal Server Error. A result
 * without `statusCode` is itself the body of a 200.
 */
export function readReply(payload: string): GatewayReply | undefined {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result) || result.statusCode === undefined) {
    const body = Buffer.from(typeof result === 'string' ? result : payload);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof body !== 'string' && body !== null) return undefined;
  if (!isRecord(headers) || !Array.isArray(cookies)) return undefined;
  const content = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !GATEWAYS_OWN.has(name));
  for (const [name, value] of [
    ...own,
    ...cookies.map((cookie) => ['set-cookie', String(cookie)] as const),
  ]) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return {
    statusCode: status,
    headers: {
      ...(content.length > 0 && { 'content-type': 'text/plain;charset=UTF-8' }),
      ...Object.fromEntries(own),
    },
    cookies: cookies.map(String),
    body: content,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
