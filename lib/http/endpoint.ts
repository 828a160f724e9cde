/** HTTP functions: the event and the response of an HTTP API, and the outermost layer. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { TableName } from '../config.ts';
import { ApiError, errors, OutcomeUnknownError } from '../errors.ts';
import { stringifyJson } from '../json.ts';
import { logFailure, logInfo } from '../log.ts';
import type { WriteResult } from '../store/balance/key-record.ts';
import { type Connection, openStore, type Store } from '../store/dynamodb/store.ts';

/**
 * An event of payload format 2.0 as it passes through the middy chain, with the store of its
 * invocation. `body` is the parsed JSON once `jsonBody` has run.
 */
export type ApiEvent<Table extends TableName = never> = Omit<APIGatewayProxyEventV2, 'body'> & {
  body?: unknown;
  store: Store<Table>;
};

export type Middleware<Event extends ApiEvent = ApiEvent> = middy.MiddlewareObj<
  Event,
  HttpResponse
>;

/** `body` is JSON text. */
export type HttpResponse = { statusCode: number; body: string; headers?: Record<string, string> };

/**
 * A middy chain that gives each invocation its store, and every error its response. Middy's own
 * early time-out is off: every call to the database ends within the invocation's deadline, and a
 * timer and a race for each request are not free.
 */
export const endpoint = <Event extends ApiEvent>(
  connection: Connection,
  tables: Event['store']['tables'],
  handle: (event: Event) => Promise<HttpResponse>,
) =>
  // Stryker disable next-line ObjectLiteral: its time-out comes after our deadlines
  middy((event: Event) => handle(event), { timeoutEarlyInMillis: 0 }).use({
    before: ({ event, context }) => {
      event.store = openStore(connection, tables, context);
    },
    after: (request) => {
      // Stryker disable next-line ConditionalExpression: every handler has a response
      if (request.response) request.response = withHeaders(request.event, request.response);
    },
    onError: (request) => {
      const requestId = request.event.requestContext.requestId;
      const { tag, message, details } = refusalOf(request.error, requestId);
      const body = { error: tag, message, request_id: requestId, ...details };
      request.response = withHeaders(request.event, jsonResponse(errors[tag].status, body));
    },
  });

export const jsonResponse = (statusCode: number, body: unknown): HttpResponse => ({
  statusCode,
  body: stringifyJson(body),
});

/** The response of a write, marked when an earlier request with the same key got it first. */
export const writeResponse = (
  statusCode: number,
  { body, replayed }: WriteResult,
): HttpResponse => ({
  statusCode,
  body,
  ...(replayed && { headers: { 'idempotency-replayed': 'true' } }),
});

/** The payout after a transition, marked when it had been made before. */
export const transitionResponse = ({ payout, replayed }: { payout: object; replayed: boolean }) =>
  writeResponse(200, { body: stringifyJson(payout), replayed });

const withHeaders = (event: ApiEvent, response: HttpResponse): HttpResponse => ({
  ...response,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': event.requestContext.requestId,
    ...response.headers,
  },
});

/** A refusal as it is; everything else is logged for the operators and told to nobody. */
function refusalOf(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) {
    const { tag, details } = error;
    logInfo('request_refused', { request_id: requestId, tag, field: details.field });
    return error;
  }
  const event = error instanceof OutcomeUnknownError ? 'outcome_unknown' : undefined;
  logFailure(error, { request_id: requestId }, event);
  return new ApiError('internal');
}
