/**
 * Turns what the handler returned or threw into the response; the only place that answers for an
 * error.
 */
import { ApiError, type ErrorTag, errors, OutcomeUnknownError } from '../errors.ts';
import { stringifyJson } from '../json.ts';
import { logInfo } from '../log.ts';
import { logFailure } from '../log-failure.ts';
import type { Answer } from '../store/balance/key-record.ts';
import type { ApiEvent, Middleware, Reply } from './event.ts';

export const reply = (statusCode: number, body: unknown): Reply => ({
  statusCode,
  body: stringifyJson(body),
});

/** The reply of a write, marked when an earlier request with the same key got it first. */
export const answered = (statusCode: number, { body, replayed }: Answer): Reply => ({
  statusCode,
  body,
  ...(replayed && { headers: { 'idempotency-replayed': 'true' } }),
});

export const respond = (): Middleware => ({
  after: (request) => {
    if (request.response) request.response = withHeaders(request.event, request.response);
  },
  onError: (request) => {
    const requestId = request.event.requestContext.requestId;
    const tag = errorTag(request.error, requestId);
    const { status, message } = errors[tag];
    const body = { error: tag, message, request_id: requestId };
    request.response = withHeaders(request.event, reply(status, body));
  },
});

const withHeaders = (event: ApiEvent, response: Reply): Reply => ({
  ...response,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': event.requestContext.requestId,
    ...response.headers,
  },
});

/** The tag of a refusal; everything else is logged for the operators and told to nobody. */
function errorTag(error: unknown, requestId: string): ErrorTag {
  if (error instanceof ApiError) {
    logInfo('request_refused', { request_id: requestId, tag: error.tag });
    return error.tag;
  }
  const event = error instanceof OutcomeUnknownError ? 'outcome_unknown' : undefined;
  logFailure(error, { request_id: requestId }, event);
  return 'internal';
}
