/** Events as API Gateway sends them for a console user's requests. */

const HOST = 'api.triport.io';
const ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';

export const payoutBody = (amountMicro: bigint): string =>
  `{"amount_micro":${amountMicro},"network":"solana","address":"${ADDRESS}"}`;

/** The event as JSON. */
export function consoleEvent(
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): string {
  const url = new URL(path, `https://${HOST}`);
  const query = Object.fromEntries(url.searchParams);
  return JSON.stringify({
    version: '2.0',
    routeKey: `${method} ${url.pathname}`,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    cookies: [`nl_session=${token}`],
    headers: {
      host: HOST,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    },
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: {
      http: {
        method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'bench',
      },
      requestId: 'bench',
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  });
}
