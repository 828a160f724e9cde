/** Tells what one attempt came to. */
import { isErrorTag, type TriportErrorTag } from './errors.ts';
import { isFields } from './fields.ts';
import { parseJson } from './json.ts';
import { parseRetryAfter } from './retry.ts';

export interface Failure {
  readonly tag: TriportErrorTag;
  readonly message: string;
  /** Undefined when there was no reply. */
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
  const facts = {
    status,
    // The second one is the gateway's, for replies that no function made.
    requestId: headers.get('x-request-id') ?? headers.get('apigw-requestid') ?? undefined,
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), Date.now()),
  };
  try {
    const json = parseJson(body);
    return ok ? { result: read(json) } : { failure: { ...facts, ...errorOf(json, status) } };
  } catch (cause) {
    return { failure: { ...facts, ...notOurs(status), cause } };
  }
}

type Reason = Pick<Failure, 'tag' | 'message'>;

function errorOf(json: unknown, status: number): Reason {
  const { error, message } = isFields(json) ? json : {};
  if (typeof error !== 'string') return notOurs(status);
  return isErrorTag(error)
    ? { tag: error, message: String(message) }
    : { tag: 'unexpected', message: `${error}: ${message}` };
}

const notOurs = (status: number): Reason =>
  isPassingStatus(status)
    ? { tag: 'unavailable', message: `The gateway answered ${status}.` }
    : { tag: 'unexpected', message: `A reply with status ${status} is not one of this API's.` };

const isPassingStatus = (status: number): boolean => status === 429 || status >= 500;

/** Whether the same request may fare better later. */
export const isPassing = ({ tag, status }: Failure): boolean =>
  status === undefined ? tag !== 'aborted' : isPassingStatus(status);

/**
 * Whether the request was surely not carried out: the API refused it, or the gateway turned it
 * away.
 */
export const isRefusal = ({ status = 0 }: Failure): boolean => status >= 400 && status < 500;
