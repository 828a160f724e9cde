/** Tells what one attempt came to. */
import { isErrorTag, type TriportErrorTag } from './errors.ts';
import { isFields } from './fields.ts';
import { parseJson } from './json.ts';
import { parseRetryAfter } from './retry.ts';

export interface Failure {
  readonly tag: TriportErrorTag;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export type Outcome<Result> = { readonly result: Result } | { readonly failure: Failure };

/** Reads a reply that is wholly here. */
export function readReply<Result>(
  { ok, status, headers }: Response,
  body: string,
  read: (json: unknown) => Result,
): Outcome<Result> {
  // The second one is the gateway's own, for replies that no function made.
  const requestId = headers.get('x-request-id') ?? headers.get('apigw-requestid') ?? undefined;
  try {
    const json = parseJson(body);
    if (ok) return { result: read(json) };
    return { failure: { ...readError(status, json, requestId), retryAfterMs: retryAfterMs(headers) } };
  } catch (cause) {
    const failure = { ...notOurs(status, requestId), cause, retryAfterMs: retryAfterMs(headers) };
    return { failure };
  }
}

const retryAfterMs = (headers: Headers): number | undefined =>
  parseRetryAfter(headers.get('retry-after'), Date.now());

function readError(status: number, json: unknown, requestId: string | undefined): Failure {
  const { error, message, request_id = requestId } = isFields(json) ? json : {};
  if (typeof error !== 'string') return notOurs(status, requestId);
  const id = typeof request_id === 'string' ? request_id : requestId;
  if (isErrorTag(error)) return { tag: error, message: String(message), status, requestId: id };
  return { tag: 'unexpected', message: `${error}: ${message}`, status, requestId: id };
}

function notOurs(status: number, requestId: string | undefined): Failure {
  const isGateways = status === 429 || status >= 500;
  return isGateways
    ? { tag: 'unavailable', message: `The gateway answered ${status}.`, status, requestId }
    : {
        tag: 'unexpected',
        message: `A reply with status ${status} is not one of this API's.`,
        status,
        requestId,
      };
}

/** Whether the same request may fare better later. Without a status there was no reply. */
export const isPassing = ({ tag, status }: Failure): boolean =>
  status === undefined ? tag !== 'aborted' : status === 429 || status >= 500;

/** Whether the request was surely not carried out: the API refused it, or the gateway turned it away. */
export const isRefusal = ({ status = 0 }: Failure): boolean => status >= 400 && status < 500;
