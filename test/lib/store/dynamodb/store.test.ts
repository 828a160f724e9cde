import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { INT64_MAX } from '../../../../lib/money.ts';
import { getItem } from '../../../../lib/store/dynamodb/read.ts';
import {
  attemptOptions,
  type Connection,
  connect,
  openStore,
  wrapNumbers,
} from '../../../../lib/store/dynamodb/store.ts';
import { commit } from '../../../../lib/store/dynamodb/transaction.ts';
import { systemTime } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
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

test('nothing is made ready for a log of the SDK’s that nobody keeps', () => {
  const logger = 'loggerMiddleware - initialize';
  const [own, usual] = [connect().client, new DynamoDBClient({})];
  expect(usual.middlewareStack.identify()).toContain(logger);
  expect(own.middlewareStack.identify()).not.toContain(logger);
  own.destroy();
  usual.destroy();
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

describe('after a freeze, in which all sockets were closed at the other end', () => {
  const database = useDatabase();

  /** Between the client and the engine; `freeze` kills what is open, as the next use finds out. */
  async function middleman() {
    const open = new Set<Socket>();
    const dead = new Set<Socket>();
    const state = {
      open,
      resets: 0,
      freeze: () => open.forEach((socket) => void dead.add(socket)),
    };
    const server = createServer((socket) => {
      open.add(socket);
      const engine = dial(Number(new URL(database.url).port), '127.0.0.1');
      engine.on('error', () => socket.destroy()).pipe(socket);
      socket.on('error', () => undefined).on('close', () => engine.destroy());
      socket.on('data', (bytes) => {
        if (!dead.has(socket)) return engine.write(bytes);
        state.resets++;
        return socket.resetAndDestroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  /** A connection with ten sockets that all rest, by a clock that goes only with `advance`. */
  const resting = async () => {
    const { url, state } = await middleman();
    stubAws('DYNAMODB', url);
    vi.spyOn(console, 'warn').mockReturnValue();
    onTestFinished(() => void vi.restoreAllMocks());
    const time = testTime();
    time.stand();
    const connection = connect({ time });
    onTestFinished(() => connection.client.destroy());
    const store = () => openStore(connection, tables, { getRemainingTimeInMillis: () => 15_000 });
    const read = () => getItem(store(), 'Accounts', { user_id: 'nobody' });
    await Promise.all(Array.from({ length: 10 }, read));
    return { state, advance: time.advance, store, read };
  };

  /** One whose sockets are all dead. */
  const frozen = async () => {
    const connection = await resting();
    connection.state.freeze();
    return connection;
  };

  test('a read finds out with one attempt, and the next has a new socket', async () => {
    const { state, read } = await frozen();
    expect(await read()).toBeUndefined();
    expect(state.resets).toBe(1);
  });

  test('but an answer is one, even that a call was wrong: no socket is closed for it', async () => {
    const { state, store, read } = await resting();
    const wrong = getItem(store(), 'Accounts', { no_key: 'of this table' });
    await expect(wrong).rejects.toMatchObject({ name: 'ValidationException' });
    await Promise.all(Array.from({ length: 10 }, read));
    expect(state.open.size).toBe(10);
  });

  test.each([
    ['19 seconds later may be in doubt once', 19_000, 1],
    ['20 seconds later begins on a new socket, and is not in doubt', 20_000, 0],
  ])('a write %s', async (_when, restMs, resets) => {
    const { state, advance, store } = await frozen();
    advance(restMs);
    const Item = { user_id: `after ${restMs}`, invoice_id: 'i' };
    const wasApplied = vi.fn(async () => false);
    const parts = { item: { Put: { TableName: tables.Invoices, Item } } };
    const outcome = await commit(store(), { parts, token: `after ${restMs}`, wasApplied });
    expect(outcome).toEqual({ applied: true });
    expect([state.resets, wasApplied.mock.calls.length]).toEqual([resets, resets]);
  });
});
