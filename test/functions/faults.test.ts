/**
 * The deployed bundle with the database failing under it: never a second payout, never a false
 * "no".
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, faults, startFaultProxy } from '../support/fault-proxy.ts';
import { type Service, type Session, startService } from '../support/service.ts';

const PATH = '/v1/referrals/payouts';
const body = JSON.stringify({
  amount_micro: 25_000_000,
  network: 'solana',
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
});

let proxy: FaultProxy;
let service: Service;
let session: Session;

beforeAll(async () => {
  service = await startService({
    databaseFor: async (databaseUrl) => {
      proxy = await startFaultProxy(databaseUrl);
      return proxy.url;
    },
  });
});
afterAll(async () => {
  await service.stop();
  await proxy.close();
});

beforeEach(async () => {
  session = await service.newSession({ available_micro: 30_000_000n });
});
afterEach(() => {
  for (const operation of ['GetItem', 'TransactWriteItems', 'Query']) proxy.script(operation, []);
});

const post = (key?: string) =>
  service.request('POST', PATH, {
    headers: {
      'content-type': 'application/json',
      cookie: session.cookie,
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body,
  });

describe.each([
  'loseReply',
  'garbleReply',
  'failAfter',
  'loseRequest',
  'failBefore',
  'conflict',
  'throttle',
] as const)('%s once', (fault) => {
  test('is not noticed by the caller', async () => {
    proxy.script('TransactWriteItems', [faults[fault]]);
    expect((await post()).status).toBe(202);
    expect(await service.payouts(session.user_id)).toHaveLength(1);
  });
});

test('the session cannot be read: 500, never 401', async () => {
  proxy.script('GetItem', [], faults.failBefore);
  expect(await post('k1')).toMatchObject({ status: 500, json: { error: 'internal' } });
  proxy.script('GetItem', []);
  expect((await post('k1')).status).toBe(202);
});

test('the database refuses connections: 500 for every route, and all is well when it is back', async () => {
  for (const operation of ['GetItem', 'TransactWriteItems', 'Query'])
    proxy.script(operation, [], faults.loseRequest);
  const routes = [
    await post('k1'),
    await service.request('GET', PATH, { headers: { cookie: session.cookie } }),
    await service.request('GET', '/v1/referrals/me', { headers: { cookie: session.cookie } }),
  ];
  expect(routes.map(({ status, json }) => [status, (json as { error: string }).error])).toEqual(
    Array(3).fill([500, 'internal']),
  );
  for (const operation of ['GetItem', 'TransactWriteItems', 'Query']) proxy.script(operation, []);
  expect((await post('k1')).status).toBe(202);
  expect(await service.payouts(session.user_id)).toHaveLength(1);
});
