/** Requests of console users, operators and billing, by the gateway and as a handler's events. */
import { signedHeaders } from '../../support/requests.ts';

type Answer = { status: number; text: string };

export type Console = ReturnType<typeof consoleOf>;

const PAYOUT = 25_000_000n;

/** The requests of one user of the console, who is signed in with this token. */
export function consoleOf(url: string, token: string) {
  const send = async (
    method: string,
    path: string,
    body?: string,
    headers = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}/v1/referrals/${path}`, {
      method,
      headers: {
        cookie: `nl_session=${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, text: await response.text() };
  };
  return {
    get: async (path: string) => expectStatus(200, await send('GET', path)),
    /** Whatever the answer is. */
    tryPayout: (amountMicro: bigint) => send('POST', 'payouts', payoutBody(amountMicro)),
    /** The id of the payout. */
    payout: async (key?: string, amountMicro = PAYOUT): Promise<string> => {
      const headers = key === undefined ? {} : { 'idempotency-key': key };
      const answer = await send('POST', 'payouts', payoutBody(amountMicro), headers);
      return String((expectStatus(202, answer) as { id: string }).id);
    },
    cancel: async (id: string) => expectStatus(200, await send('POST', `payouts/${id}/cancel`)),
    spend: async (invoiceId: string, amountMicro: bigint, key?: string) => {
      const body = `{"invoice_id":"${invoiceId}","amount_micro":${amountMicro}}`;
      const headers = key === undefined ? {} : { 'idempotency-key': key };
      return expectStatus(200, await send('POST', 'spend-on-invoice', body, headers));
    },
  };
}

/** An operator's requests, signed. */
export function operatorOf(base: string) {
  const send = async (method: string, path: string, content?: object) => {
    const url = `${base}/v1/admin/referrals/${path}`;
    const body = content && JSON.stringify(content);
    const headers = await signedHeaders({
      method,
      url,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body,
    });
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    return expectStatus(200, { status: response.status, text: await response.text() });
  };
  return {
    get: (path: string) => send('GET', path),
    move: (id: string, to: 'processing' | 'sent' | 'failed' | 'cancelled', content?: object) =>
      send('POST', `payouts/${id}/${to}`, content),
  };
}

/** Delivers one of billing's events, and waits until it was processed. */
export function billingOf(url: string) {
  return async (type: string, detail: Record<string, unknown>): Promise<void> => {
    const body = JSON.stringify({ 'detail-type': type, detail });
    const response = await fetch(`${url}/_local/events?wait=true`, { method: 'POST', body });
    expectStatus(202, { status: response.status, text: await response.text() });
  };
}

function expectStatus(status: number, { status: got, text }: Answer): unknown {
  if (got !== status) throw new Error(`${got} instead of ${status}: ${text}`);
  return JSON.parse(text);
}

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
