/** The outermost layer of every HTTP function. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { ApiEvent, Reply } from './event.ts';
import { respond } from './respond.ts';

/**
 * A middy chain that answers for what it throws. Middy's own early time-out is off: every call to
 * the database ends within the invocation's deadline, and a timer and a race for each request are
 * not free.
 */
export const endpoint = <Event extends ApiEvent>(
  handle: (event: Event, context: Context) => Promise<Reply>,
) => middy(handle, { timeoutEarlyInMillis: 0 }).use(respond());
