/** Cross-origin answers as an HTTP API with a CORS configuration gives them. */

import type { LocalCors } from '../template/local-stack.ts';
import type { GatewayRequest } from './payload.ts';
import type { GatewayReply } from './response.ts';

/**
 * The gateway's answer to a preflight: 204, with CORS headers only for an origin that the
 * configuration names.
 */
export function preflight(cors: LocalCors, { headers }: GatewayRequest): GatewayReply {
  const reply: GatewayReply = { statusCode: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };
  if (!isAllowed(cors, headers.origin) || headers['access-control-request-method'] === undefined)
    return reply;
  reply.headers = {
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    ...(cors.maxAgeSeconds !== undefined && {
      'access-control-max-age': String(cors.maxAgeSeconds),
    }),
  };
  return reply;
}

/**
 * Adds the configured headers for an allowed origin; what the function itself said about CORS never
 * counts.
 */
export function applyCors(
  cors: LocalCors,
  origin: string | undefined,
  reply: GatewayReply,
): GatewayReply {
  const isPreflight = reply.statusCode === 204 && 'access-control-allow-methods' in reply.headers;
  const own = Object.entries(reply.headers).filter(
    ([name]) => isPreflight || !name.startsWith('access-control-'),
  );
  const headers: Record<string, string> = Object.fromEntries(own);
  if (origin !== undefined && isAllowed(cors, origin)) {
    headers['access-control-allow-origin'] = origin;
    if (cors.allowCredentials) headers['access-control-allow-credentials'] = 'true';
    if (cors.exposeHeaders.length > 0 && !isPreflight)
      headers['access-control-expose-headers'] = cors.exposeHeaders.join(',');
  }
  // Also without a match, since the answer would have been another one for another origin.
  headers.vary = headers.vary === undefined ? 'Origin' : `${headers.vary}, Origin`;
  return { ...reply, headers };
}

/** Exact origins, `*`, or a scheme with `*` for its every origin. */
function isAllowed({ allowOrigins }: LocalCors, origin: string | undefined): boolean {
  return allowOrigins.some(
    (allowed) =>
      origin !== undefined &&
      (allowed === origin || (allowed.endsWith('*') && origin.startsWith(allowed.slice(0, -1)))),
  );
}
