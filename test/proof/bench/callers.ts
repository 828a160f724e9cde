/**
 * Those who call the stack through its gateway: console users, operators, and billing. Each call
 * must get the answer it wants.
 */
import { signedHeaders } from '../../support/requests.ts';
import { payoutBody } from './events.ts';

export type Answer = { status: number; text: string };

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

export type Operator = ReturnType<typeof operatorOf>;

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
