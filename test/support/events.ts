/** Events as API Gateway would send them, for the middlewares on their own. */
import type { Context } from 'aws-lambda';
import type { ConsoleEvent } from '../../lib/http/event.ts';

export const httpEvent = (parts: Partial<ConsoleEvent> = {}): ConsoleEvent => ({
  version: '2.0',
  routeKey: 'POST /v1/referrals/payouts',
  rawPath: '/v1/referrals/payouts',
  rawQueryString: '',
  headers: {},
  requestContext: { requestId: 'request-1' } as ConsoleEvent['requestContext'],
  isBase64Encoded: false,
  userId: '',
  ...parts,
});

export const context = { getRemainingTimeInMillis: () => 15_000 } as Context;
