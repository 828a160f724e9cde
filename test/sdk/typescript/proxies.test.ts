/** A client as page frameworks treat it: behind proxies, and taken apart. */
import { expect, test } from 'vitest';
import { TriportClient } from '../../../sdk/typescript/src/index.ts';
import { PAYOUT, scriptedFetch } from './scripted-fetch.ts';

/** What Vue wraps, and it wraps whatever of that is reached through a wrapped object. */
const isWrapped = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (Object.prototype.toString.call(value) === '[object Object]' || Array.isArray(value));

/** As Vue 3's `reactive`, and its `readonly`, which takes no change. */
function vue<Target extends object>(target: Target, isReadonly: boolean): Target {
  return new Proxy(target, {
    get(inner, name, receiver) {
      const value = Reflect.get(inner, name, receiver);
      return isWrapped(value) ? vue(value, isReadonly) : value;
    },
    set: (inner, name, value, receiver) => isReadonly || Reflect.set(inner, name, value, receiver),
    deleteProperty: (inner, name) => isReadonly || Reflect.deleteProperty(inner, name),
  });
}

const newClient = () =>
  new TriportClient({
    session: 'token',
    fetch: async (url, init) => {
      const { pathname } = new URL(String(url));
      const amounts = ['pending', 'available', 'reserved', 'paid_out', 'spent', 'lifetime'];
      const bodies: Record<string, unknown> = {
        me: {
          balance: Object.fromEntries(amounts.map((name) => [`${name}_micro`, 5])),
          min_payout_micro: 5,
          networks: [],
        },
        rewards: { items: [] },
        payouts: init?.method === 'POST' ? PAYOUT : { items: [PAYOUT] },
        'spend-on-invoice': { ok: true },
      };
      const body = bodies[pathname.split('/').at(-1) ?? ''] ?? { ...PAYOUT, status: 'cancelled' };
      return scriptedFetch({ status: 200, body })(url, init);
    },
  });

/** Calls every function of the client, taken off it. */
async function useAll({ referrals }: TriportClient): Promise<unknown[]> {
  const { createPayout, listPayouts, getPayout, cancelPayout } = referrals;
  const { getOverview, listRewards, spendOnInvoice, waitForPayout } = referrals;
  const { address, id } = PAYOUT;
  return [
    (await createPayout({ amountMicro: 25n, network: 'solana', address })).id,
    (await listPayouts()).items.length,
    (await Array.fromAsync(listPayouts({ status: ['sent'] }))).length,
    (await getPayout(id)).status,
    (await cancelPayout(id)).status,
    (await getOverview()).minPayoutMicro,
    (await listRewards()).items.length,
    await spendOnInvoice({ invoiceId: 'i', amountMicro: 5 }),
    (await waitForPayout(id)).status,
  ];
}

const ALL = [PAYOUT.id, 1, 1, 'cancelled', 'cancelled', 5n, 0, undefined, 'cancelled'];

test('functions work taken off the client', async () =>
  expect(await useAll(newClient())).toEqual(ALL));

test.each([
  ['reactive', false],
  ['readonly', true],
])('a client works in a proxy as Vue’s %s makes it', async (_name, isReadonly) => {
  expect(await useAll(vue(newClient(), isReadonly))).toEqual(ALL);
  const { referrals } = vue({ client: newClient() }, isReadonly).client;
  const request = vue({ amountMicro: 25n, network: 'solana', address: PAYOUT.address }, isReadonly);
  expect((await referrals.createPayout(request, vue({ idempotencyKey: 'a' }, isReadonly))).id).toBe(
    PAYOUT.id,
  );
  const list = vue(
    { list: referrals.listPayouts(vue({ status: ['sent'] }, isReadonly)) },
    isReadonly,
  );
  expect((await list.list).items).toHaveLength(1);
});
