/**
 * The event of an API Gateway HTTP API (payload format 2.0) as it passes through the middy chain.
 */
import type middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Time } from '../time.ts';

/** `body` is the parsed JSON once `jsonBody` has run. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'body'> & { body?: unknown };

/** An event whose session was checked. */
export type ConsoleEvent = ApiEvent & { userId: string };

export type Middleware<Event extends ApiEvent = ApiEvent> = middy.MiddlewareObj<Event, Reply>;

/** `body` is JSON text. */
export type Reply = { statusCode: number; body: string; headers?: Record<string, string> };

/** Time for the answer to get out before Lambda's time-out. */
const RESERVE_MS = 1000;

/** When this invocation must stop talking to the database, in epoch milliseconds. */
export const deadline = (context: Context, time: Time): number =>
  time.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
