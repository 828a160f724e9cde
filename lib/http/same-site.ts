/** Refuses state-changing requests that another web site made a browser send. */
import { ApiError } from '../errors.ts';
import type { Middleware } from './endpoint.ts';

/**
 * The rule of Go 1.25's net/http.CrossOriginProtection, with the console's origins as the trusted
 * ones: browsers say in Sec-Fetch-Site where a request comes from, older ones only in Origin; a
 * request with neither was not sent by a web page. Throws `unauthenticated`, since the session then
 * is not the user's.
 */
export const sameSite = (consoleOrigins: readonly string[]): Middleware => ({
  before: ({ event: { headers } }) => {
    const site = headers['sec-fetch-site'];
    const origin = headers.origin;
    if (site === 'same-origin' || site === 'none') return;
    if (site === undefined && origin === undefined) return;
    // Stryker disable next-line ConditionalExpression: no origin is not among the console's
    if (origin === undefined || !consoleOrigins.includes(origin))
      throw new ApiError('unauthenticated');
  },
});
