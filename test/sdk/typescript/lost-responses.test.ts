/** Calls that lose requests and responses on the way, each of which is one write all the same. */
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { TriportClient } from '../../../sdk/typescript/src/index.ts';
import { type Service, startService } from '../../support/service.ts';
import { type LosingProxy, type Loss, startLosingProxy } from '../losing-proxy.ts';

const UNIT = 1_000_000n;
const request = {
  amountMicro: 25n * UNIT,
  network: 'solana',
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

let service: Service;
let proxy: LosingProxy;
beforeAll(async () => {
  service = await startService();
  proxy = await startLosingProxy(service.url);
  // The pauses are drawn from zero on: these calls draw zero.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await proxy.close();
  await service.stop();
});
beforeEach(() => void proxy.requests.splice(0));

async function signIn(maxRetries?: number) {
  const invoices = [{ invoice_id: 'invoice-1', total_micro: 30n * UNIT }];
  const { user_id: userId, session } = await service.newSession({
    available_micro: 100n * UNIT,
    invoices,
  });
  return {
    userId,
    referrals: new TriportClient({ baseUrl: proxy.url, session, maxRetries }).referrals,
  };
}

const keys = () => new Set(proxy.requests.map(({ headers }) => headers['idempotency-key']));

test.each<[string, Loss[]]>([
  ['whose first two responses are lost', ['lose response', 'lose response']],
  ['whose first request and then its response are lost', ['lose request', 'lose response']],
  ['whose responses break off', ['cut response', 'cut response']],
])('a call %s makes one payout', async (_name, losses) => {
  const { userId, referrals } = await signIn();
  proxy.script(...losses);
  const payout = await referrals.createPayout(request);
  expect(proxy.requests).toHaveLength(3);
  expect(keys().size).toBe(1);
  expect(await service.payouts(userId)).toMatchObject([
    { id: payout.id, amount_micro: 25n * UNIT },
  ]);
  expect(await service.account(userId)).toMatchObject({ available_micro: 75n * UNIT });
});

test('a spend whose first two responses are lost pays once', async () => {
  const { userId, referrals } = await signIn();
  proxy.script('lose response', 'lose response');
  await referrals.spendOnInvoice({ invoiceId: 'invoice-1', amountMicro: 30n * UNIT });
  expect(proxy.requests).toHaveLength(3);
  expect(await service.account(userId)).toMatchObject({
    available_micro: 70n * UNIT,
    spent_micro: 30n * UNIT,
  });
});

test('a cancellation whose first two responses are lost gives the money back once', async () => {
  const { userId, referrals } = await signIn();
  const { id } = await referrals.createPayout(request);
  proxy.script('lose response', 'lose response');
  expect(await referrals.cancelPayout(id)).toMatchObject({ id, status: 'cancelled' });
  expect(await service.account(userId)).toMatchObject({ available_micro: 100n * UNIT });
});

test('a list whose responses are lost now and then is whole', async () => {
  const { userId, referrals } = await signIn();
  for (let count = 0; count < 4; count++)
    await referrals.createPayout({ ...request, amountMicro: 10n * UNIT });
  proxy.script('lose response', 'pass', 'cut response', 'lose request', 'pass');
  const ids = (await Array.fromAsync(referrals.listPayouts({ limit: 2 }))).map(({ id }) => id);
  const stored = (await service.payouts(userId)).map(({ id }) => String(id));
  expect(ids).toEqual(stored.toSorted().toReversed());
});

test('a call that was given up says so, and its key finishes it', async () => {
  const { userId, referrals } = await signIn(1);
  proxy.script('lose response', 'lose response');
  const error = await referrals.createPayout(request).catch((reason) => reason);
  expect(error).toMatchObject({
    tag: 'network',
    outcomeUnknown: true,
    idempotencyKey: [...keys()][0],
  });

  const payout = await referrals.createPayout(request, { idempotencyKey: error.idempotencyKey });
  expect(await service.payouts(userId)).toMatchObject([{ id: payout.id }]);
});

test('a call that finds nobody at its port was not written', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  const { referrals } = new TriportClient({ baseUrl: `http://127.0.0.1:${port}`, maxRetries: 1 });
  const error = await referrals.createPayout(request).catch((reason) => reason);
  expect(error).toMatchObject({ tag: 'network', outcomeUnknown: false });
});
