/** The requests of this page: each is told to the log, and fails as those of the SDK do. */

import { readResponse } from '../../../../../../sdk/typescript/src/attempt.ts';
import { TriportError } from '../../../../../../sdk/typescript/src/errors.ts';
import { fields, text } from '../../../../../../sdk/typescript/src/fields.ts';
import { stringifyFlat } from '../../../../../../sdk/typescript/src/json.ts';

export type HeaderFields = Readonly<Record<string, string>>;

export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  requestHeaders: HeaderFields;
  requestBody: string;
  /** Undefined when there was no reply. */
  status: number | undefined;
  replyHeaders: HeaderFields;
  /** The reply's body, or why there is none. */
  replyBody: string;
  durationMs: number;
}

/** `tell` is called once the whole reply is here, or there will be none. */
export const tellingFetch =
  (tell: (exchange: Exchange) => void): typeof fetch =>
  async (input, init) => {
    const startedMs = performance.now();
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const sent = {
      method: request.method,
      path: pathname + search,
      requestHeaders: Object.fromEntries(new Headers(init?.headers)),
      requestBody: typeof init?.body === 'string' ? init.body : '',
    };
    const end = (reply: Pick<Exchange, 'status' | 'replyHeaders' | 'replyBody'>) =>
      tell({ ...sent, ...reply, durationMs: Math.round(performance.now() - startedMs) });
    try {
      const response = await fetch(request);
      const replyBody = await response.clone().text();
      const replyHeaders = Object.fromEntries(response.headers);
      end({ status: response.status, replyHeaders, replyBody });
      return response;
    } catch (error) {
      end({ status: undefined, replyHeaders: {}, replyBody: String(error) });
      throw error;
    }
  };

export type Send = <Result>(
  path: string,
  init: RequestInit,
  read: (json: unknown) => Result,
) => Promise<Result>;

/** Rejects with TriportError. */
export const sending =
  (send: typeof fetch): Send =>
  async (path, init, read) => {
    const reply = await send(path, init)
      .then(async (response) => ({ response, body: await response.text() }))
      .catch((cause) => {
        throw new TriportError('network', 'There was no reply.', { cause });
      });
    const outcome = readResponse(reply.response, reply.body, read);
    if ('result' in outcome) return outcome.result;
    throw new TriportError(outcome.failure.tag, outcome.failure.message, outcome.failure);
  };

type Flat = Parameters<typeof stringifyFlat>[0];

/** Signs a user in, a new one unless named; the id. */
export const signIn = (send: Send, request: { available_micro: bigint } | { user_id: string }) =>
  send('/_local/session', post(stringifyFlat(request)), (reply) => text(fields(reply).user_id));

/** Resolves when the event was processed, or given up. */
export const bill = (send: Send, type: string, detail: Flat): Promise<void> =>
  send(
    '/_local/events?wait=true',
    post(`{"detail-type":${JSON.stringify(type)},"detail":${stringifyFlat(detail)}}`),
    () => undefined,
  );

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: string): RequestInit => ({ method: 'POST', headers: JSON_TYPE, body });
