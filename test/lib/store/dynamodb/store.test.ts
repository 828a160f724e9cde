import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { INT64_MAX } from '../../../../lib/money.ts';
import {
  attemptOptions,
  createDb,
  type Db,
  wrapNumbers,
} from '../../../../lib/store/dynamodb/store.ts';
import { systemTime } from '../../../../lib/time.ts';
import { testTime } from '../../../support/samples.ts';

afterEach(() => vi.unstubAllEnvs());

/** How the client makes its calls, which it works out with the first one. */
const handlerOf = async (client: Db['client']): Promise<unknown> => {
  await client.send(new GetCommand({ TableName: 'a', Key: { b: 'c' } })).catch(() => undefined);
  const { requestHandler } = client.config as {
    requestHandler: { httpHandlerConfigs?: () => unknown };
  };
  return requestHandler.httpHandlerConfigs?.();
};

test('a function’s own connection makes one attempt of three seconds, by the system’s clock', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:1');
  const { client, time, attemptTimeoutMs } = createDb();
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

test('an attempt ends with its time-out or with the deadline, and is always one', () => {
  const time = testTime();
  const now = time.now();
  time.now = () => now;
  const db = createDb({ attemptTimeoutMs: 500, time });
  expect(attemptOptions(db, now + 2000)).toEqual({ requestTimeout: 500 });
  expect(attemptOptions(db, now + 499)).toEqual({ requestTimeout: 499 });
  expect(attemptOptions(db, now)).toEqual({ requestTimeout: 1 });
  expect(attemptOptions(db, now - 1)).toEqual({ requestTimeout: 1 });
});

test('numbers are read with every digit, and what is no integer stays text', () => {
  expect(wrapNumbers(String(INT64_MAX))).toBe(INT64_MAX);
  expect(wrapNumbers('1E+2')).toBe(100n);
  expect(wrapNumbers('1.5')).toBe('1.5');
  expect(wrapNumbers('1E+30')).toBe('1E+30');
});
