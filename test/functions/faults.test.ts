/** The deployed bundle with a failing database: never a second payout, never a false "no". */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, faults } from '../support/fault-proxy.ts';
import { PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { type Session, useFaultyService } from '../support/service.ts';

const OPERATIONS = ['GetItem', 'TransactWriteItems', 'Query'];

const { service, proxy } = useFaultyService();
let session: Session;

beforeEach(async () => {
  session = await service.newSession({ available_micro: 30_000_000n });
});
afterEach(() => {
  for (const operation of OPERATIONS) proxy.script(operation, []);
});

const post = (key?: string) =>
  service.request('POST', PATHS.payouts, {
    cookie: session.cookie,
    headers: key === undefined ? {} : { 'idempotency-key': key },
    body: PAYOUT_REQUEST,
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

test('an attempt held on the wire does not commit once its repetition was refused', async () => {
  const { user_id } = session;
  await service.changeAccount(user_id, { available_micro: 1n, lifetime_micro: 1n });
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held: Fault = async (exchange) => {
    arrived.resolve();
    await release.promise;
    exchange.reply(await exchange.forward());
  };
  proxy.script('TransactWriteItems', [held]);
  const first = post('k1');
  await arrived.promise;
  const insufficient = refusal(400, 'balance_insufficient');
  expect(await post('k1')).toMatchObject(insufficient);
  const rich = { available_micro: 30_000_000n, lifetime_micro: 30_000_000n };
  await service.changeAccount(user_id, rich);
  release.resolve();
  expect(await first).toMatchObject(insufficient);
  expect(await service.payouts(user_id)).toEqual([]);

  const later = await post('k1');
  expect([later.status, later.headers.get('idempotency-replayed')]).toEqual([202, null]);
  const again = await post('k1');
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([later.text, 'true']);
  expect(await service.payouts(user_id)).toHaveLength(1);
});

test('the session cannot be read: 500, never 401', async () => {
  proxy.script('GetItem', [], faults.failBefore);
  expect(await post('k1')).toMatchObject(refusal(500, 'internal'));
  proxy.script('GetItem', []);
  expect((await post('k1')).status).toBe(202);
});

test('the database refuses connections: 500 for every route, and all is well when it is back', async () => {
  for (const operation of OPERATIONS) proxy.script(operation, [], faults.loseRequest);
  const routes = [
    await post('k1'),
    await service.request('GET', PATHS.payouts, { cookie: session.cookie }),
    await service.request('GET', PATHS.overview, { cookie: session.cookie }),
  ];
  expect(routes.map(({ status, json }) => [status, (json as { error: string }).error])).toEqual(
    Array(3).fill([500, 'internal']),
  );
  for (const operation of OPERATIONS) proxy.script(operation, []);
  expect((await post('k1')).status).toBe(202);
  expect(await service.payouts(session.user_id)).toHaveLength(1);
});
