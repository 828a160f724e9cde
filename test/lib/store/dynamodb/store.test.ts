import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { INT64_MAX } from '../../../../lib/money.ts';
import {
  attemptOptions,
  type Connection,
  connect,
  openStore,
  wrapNumbers,
} from '../../../../lib/store/dynamodb/store.ts';
import { systemTime } from '../../../../lib/time.ts';
import { stubAws } from '../../../support/environment.ts';
import { testTime } from '../../../support/samples.ts';

afterEach(() => vi.unstubAllEnvs());

/** How the client makes its calls, which it works out with the first one. */
const handlerOf = async (client: Connection['client']): Promise<unknown> => {
  await client.send(new GetCommand({ TableName: 'a', Key: { b: 'c' } })).catch(() => undefined);
  const { requestHandler } = client.config as {
    requestHandler: { httpHandlerConfigs?: () => unknown };
  };
  return requestHandler.httpHandlerConfigs?.();
};

test('a function’s own connection makes one attempt of three seconds, by the system’s clock', async () => {
  stubAws('DYNAMODB', 'http://127.0.0.1:1');
  const { client, time, attemptTimeoutMs } = connect();
  expect(time).toBe(systemTime);
  expect(attemptTimeoutMs).toBe(3000);
  expect(await client.config.maxAttempts()).toBe(1);
  expect(await handlerOf(client)).toMatchObject({
    connectionTimeout: 1000,
    requestTimeout: 3000,
    throwOnRequestTimeout: true,
    socketTimeout: 3000,
  });
  client.destroy();
});

/** A connection by a clock that stands still. */
const standing = () => {
  const now = Date.now();
  return {
    now,
    connection: connect({ attemptTimeoutMs: 500, time: { ...testTime(), now: () => now } }),
  };
};

test('an invocation’s store ends a second before the function’s time-out', () => {
  const { now, connection } = standing();
  const tables = { Accounts: 'accounts' };
  expect(openStore(connection, tables, { getRemainingTimeInMillis: () => 15_000 })).toEqual({
    ...connection,
    tables,
    nowMs: now,
    deadlineMs: now + 14_000,
  });
});

test.each([
  [2000, 500],
  [499, 499],
  [0, 1],
  [-1, 1],
])('an attempt with %i ms until the deadline ends after %i', (leftMs, requestTimeout) => {
  const { now, connection } = standing();
  expect(attemptOptions({ ...connection, deadlineMs: now + leftMs })).toEqual({ requestTimeout });
});

test.each([
  [String(INT64_MAX), INT64_MAX],
  ['1E+2', 100n],
  ['1.5', '1.5'],
  ['1E+30', '1E+30'],
])('numbers are read with every digit, and what is no integer stays text: %s', (digits, number) =>
  expect(wrapNumbers(digits)).toBe(number),
);
