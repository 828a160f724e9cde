/**
 * What API Gateway answers by itself, without asking a function: `{ "message" }` instead of the
 * service's errors.
 */

export interface GatewayAnswer {
  status: number;
  message: string;
  when: string;
  /** Where it can happen; `unknown` is every path or method that the document does not have. */
  on: 'every' | 'signed' | 'unknown';
}

export const GATEWAY_ANSWERS: readonly GatewayAnswer[] = [
  {
    status: 400,
    message: 'Bad Request',
    when: 'The request line or its headers are not HTTP that can be routed.',
    on: 'every',
  },
  {
    status: 403,
    message: 'Forbidden',
    when: 'The signature is missing, wrong or too old, or IAM does not let its owner call this route.',
    on: 'signed',
  },
  {
    status: 404,
    message: 'Not Found',
    when: 'No route has this path and method.',
    on: 'unknown',
  },
  {
    status: 413,
    message: 'Request Entity Too Large',
    when: 'The body has more than 10 MB.',
    on: 'every',
  },
  {
    status: 429,
    message: 'Too Many Requests',
    when: 'More requests than the stage lets through. Nothing was done; try again a little later.',
    on: 'every',
  },
  {
    status: 500,
    message: 'Internal Server Error',
    when: 'The function did not answer. Its outcome is unknown: repeat the request with the same key.',
    on: 'every',
  },
  {
    status: 503,
    message: 'Service Unavailable',
    when: 'The function took too long, or none is free. The outcome is unknown: repeat the request with the same key.',
    on: 'every',
  },
];
