/** What one attempt came to: a result, or a failure and whether it may pass. */
import { isErrorTag, type TriportErrorDetails, type TriportErrorTag } from './errors.ts';
import { isFields } from './fields.ts';
import { parseJson } from './json.ts';
import { parseRetryAfter } from './timing.ts';

export interface Failure extends TriportErrorDetails {
  readonly tag: TriportErrorTag;
  readonly message: string;
}

export type Outcome<Result> = { readonly result: Result } | { readonly failure: Failure };

/** Far more than the longest list that the API sends. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The whole body; rejects as soon as it is too long to be the API's. */
export async function readText(response: Response): Promise<string> {
  // React Native, and the responses of many a test, have no stream.
  if (!response.body) return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MOST_BYTES) {
      reader.cancel().catch(() => {}); // What it could add is of no use.
      throw new RangeError(`The response is longer than ${MOST_BYTES} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Reads a response that is wholly here; `read` throws for what is not the API's. */
export function readResponse<Result>(
  { ok, status, headers }: Response,
  body: string,
  read: (json: unknown) => Result,
): Outcome<Result> {
  let json: unknown;
  let cause: unknown;
  try {
    json = parseJson(body);
    if (ok) return { result: read(json) };
  } catch (error) {
    cause = error;
  }
  const said = isFields(json) ? json : {};
  const { error, message, request_id } = said;
  // The last one is the gateway's, for responses that no function made.
  const ids = [request_id, headers.get('x-request-id'), headers.get('apigw-requestid')];
  const failure = {
    ...reasonOf(status, ok ? undefined : error, message),
    status,
    requestId: ids.find((id) => typeof id === 'string'),
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), Date.now()),
    ...(!ok && detailsOf(said)),
    cause,
  };
  return { failure };
}

/** What some tags say beside their sentence. */
const detailsOf = ({
  field,
  min_payout_micro: min,
  limit_micro: limit,
  remaining_micro: remaining,
  resets_at: resetsAt,
  status,
}: Readonly<Record<string, unknown>>) => ({
  field: typeof field === 'string' ? field : undefined,
  minPayoutMicro: typeof min === 'bigint' ? min : undefined,
  limitMicro: typeof limit === 'bigint' ? limit : undefined,
  remainingMicro: typeof remaining === 'bigint' ? remaining : undefined,
  resetsAt: typeof resetsAt === 'string' ? resetsAt : undefined,
  payoutStatus: typeof status === 'string' ? status : undefined,
});

function reasonOf(
  status: number,
  error: unknown,
  message: unknown,
): Pick<Failure, 'tag' | 'message'> {
  if (typeof error === 'string') {
    const said = typeof message === 'string' ? message : 'The API names no reason.';
    if (isErrorTag(error)) return { tag: error, message: said };
    return { tag: 'unexpected', message: `${error}: ${said}` };
  }
  return isPassingStatus(status)
    ? { tag: 'unavailable', message: `The gateway answered ${status}.` }
    : { tag: 'unexpected', message: `A response with status ${status} is not one of this API's.` };
}

/** 408 is of something on the way, which may have passed the request on before it gave up. */
const isPassingStatus = (status: number): boolean =>
  status === 408 || status === 429 || status >= 500;

const NOT_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/;

/** How Node says that no connection came about; a browser keeps that to itself. */
function isNotConnected(reason: unknown): boolean {
  const { code, syscall, message, errors } = isFields(reason) ? reason : {};
  // A name with several addresses has an error for each of them.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNotConnected);
  // Fetch lets nothing out to the ports of some other protocols.
  if (syscall === 'connect' || syscall === 'getaddrinfo' || message === 'bad port') return true;
  return NOT_CONNECTED.test(String(code));
}

/** How Node says that the other side's certificate does not verify. */
const NOT_TRUSTED = /CERT|LEAF_SIGNATURE/;

/** Node hides the telling part, such as ECONNREFUSED, below `fetch failed`. */
export const networkCode = (cause: unknown): string =>
  String((cause as { cause?: { code?: unknown } } | undefined)?.cause?.code ?? '');

/**
 * Whether the same request may fare better later. A success that cannot be read may have been
 * garbled on the way; sent again under its key it is still one write. A certificate stays as it is.
 */
export function isPassing({ tag, status, cause }: Failure): boolean {
  if (status === undefined) return tag !== 'aborted' && !NOT_TRUSTED.test(networkCode(cause));
  return isPassingStatus(status) || (status >= 200 && status < 300);
}

/** Whether the request was surely not carried out: refused, turned away, or never sent. */
export function isNotWritten({ tag, status, cause }: Failure): boolean {
  if (status !== undefined) return status >= 400 && status < 500 && status !== 408;
  const reason = (cause as { cause?: unknown } | undefined)?.cause;
  return tag === 'network' && (isNotConnected(reason) || NOT_TRUSTED.test(networkCode(cause)));
}
