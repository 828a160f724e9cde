import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiError, CorruptItemError, errors, OutcomeUnknownError } from '../../../lib/errors.ts';
import {
  type ApiEvent,
  endpoint,
  type HttpResponse,
  jsonResponse,
  transitionResponse,
  writeResponse,
} from '../../../lib/http/endpoint.ts';
import { connect } from '../../../lib/store/dynamodb/store.ts';
import { context, httpEvent } from '../../support/sample-events.ts';
import { testTime } from '../../support/samples.ts';

const time = testTime();
const connection = connect({ time });
const tables = { Sessions: 'sessions' };

const responseOf = (handle: (event: ApiEvent<'Sessions'>) => Promise<HttpResponse>) =>
  endpoint(connection, tables, handle)(httpEvent(), context);

const throwing = (error: unknown) => responseOf(() => Promise.reject(error));

afterEach(() => vi.restoreAllMocks());

test('an invocation has a store with its tables, until a second before its time-out', async () => {
  vi.spyOn(time, 'now').mockReturnValue(100_000);
  let given: object = {};
  await responseOf(async ({ store }) => {
    given = store;
    return jsonResponse(200, {});
  });
  expect(given).toEqual({ ...connection, tables, nowMs: 100_000, deadlineMs: 114_000 });
});

test('every response carries the three headers, and its own', async () => {
  const headers = { 'idempotency-replayed': 'true' };
  expect(
    await responseOf(async () => ({ ...jsonResponse(202, { a: 2n ** 60n }), headers })),
  ).toEqual({
    statusCode: 202,
    body: '{"a":1152921504606846976}',
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': 'request-1',
      'idempotency-replayed': 'true',
    },
  });
});

test('a transition that had been made before says so', () => {
  const payout = { amount_micro: 2n ** 60n };
  const body = '{"amount_micro":1152921504606846976}';
  expect(transitionResponse({ payout, replayed: false })).toEqual({ statusCode: 200, body });
  expect(transitionResponse({ payout, replayed: true })).toEqual({
    statusCode: 200,
    body,
    headers: { 'idempotency-replayed': 'true' },
  });
});

test('only a replayed response says so', () => {
  expect(writeResponse(202, { body: '{}', replayed: false })).toEqual({
    statusCode: 202,
    body: '{}',
  });
  expect(writeResponse(202, { body: '{}', replayed: true })).toEqual({
    statusCode: 202,
    body: '{}',
    headers: { 'idempotency-replayed': 'true' },
  });
});

describe('a refusal', () => {
  test.each(Object.keys(errors) as (keyof typeof errors)[])(
    '%s is its row of the table',
    async (tag) => {
      const log = vi.spyOn(console, 'info').mockReturnValue();
      const { statusCode, body, headers } = await throwing(new ApiError(tag));
      expect(statusCode).toBe(errors[tag].status);
      expect(JSON.parse(body)).toEqual({
        error: tag,
        message: errors[tag].message,
        request_id: 'request-1',
      });
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      expect(log.mock.calls).toEqual([
        [{ event: 'request_refused', request_id: 'request-1', tag }],
      ]);
    },
  );
});

describe('a fault', () => {
  test.each([
    ['corrupt_item', new CorruptItemError('payouts: status')],
    ['outcome_unknown', new OutcomeUnknownError('no answer in time')],
    ['unexpected_error', new TypeError('secret detail')],
    ['unexpected_error', 'secret text'],
  ])('is a blank 500 for the caller and a %s for the operators', async (event, error) => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const { statusCode, body } = await throwing(error);
    expect(statusCode).toBe(500);
    expect(JSON.parse(body)).toEqual({
      error: 'internal',
      message: errors.internal.message,
      request_id: 'request-1',
    });
    expect(log).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ event, request_id: 'request-1' }),
    );
  });

  test('is logged without its cause, which may hold a body', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    await throwing(new Error('failed', { cause: { data: 'the body' } }));
    expect(JSON.stringify(log.mock.calls)).not.toContain('the body');
  });
});
