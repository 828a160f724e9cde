/** The client against the service itself: every method, its results and its refusals. */
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { networkNames } from '../../../lib/networks/index.ts';
import {
  type Page,
  type Payout,
  type PayoutStatus,
  type Reward,
  TriportClient,
  TriportError,
  type TriportErrorTag,
} from '../../../sdk/typescript/src/index.ts';
import { type Service, useService } from '../../support/service.ts';

const ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const UNIT = 1_000_000n;
const LATER = '2099-01-01T00:00:00.000Z';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const LIMIT = 40n * UNIT;
const DAILY = { USER_DAILY_LIMIT_MICRO: String(LIMIT) };

const service = useService();
/** A stage with a daily limit. */
const limited = useService({ environment: { RequestPayout: DAILY, GetOverview: DAILY } });

async function signIn(user: Parameters<Service['newSession']>[0] = {}, at = service) {
  const { user_id: userId, session, rewards } = await at.newSession(user);
  return {
    userId,
    rewards,
    referrals: new TriportClient({ baseUrl: at.url, session }).referrals,
  };
}

const request = (amountMicro: number | bigint) => ({
  amountMicro,
  network: 'solana',
  address: ADDRESS,
});

/** How the call must fail. */
const fails = async (call: Promise<unknown>, expected: object) => {
  const error = await call.catch((reason) => reason);
  expect(error).toBeInstanceOf(TriportError);
  expect(error).toMatchObject(expected);
};

describe('a payout', () => {
  test('is created, found, listed and cancelled', async () => {
    const { userId, referrals } = await signIn({ available_micro: 100n * UNIT });
    const payout = await referrals.createPayout(request(25_000_000));
    expect(payout).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId,
      amountMicro: 25n * UNIT,
      network: 'solana',
      address: ADDRESS,
      status: 'requested',
      requestedAt: expect.stringMatching(INSTANT),
    });
    expect(await referrals.getPayout(payout.id)).toEqual(payout);
    await service.changePayout(userId, payout.id, { network: 'dogecoin' });
    const elsewhere = { ...payout, network: 'dogecoin' };
    expect(await referrals.getPayout(payout.id)).toEqual(elsewhere);
    expect((await referrals.listPayouts()).items).toEqual([elsewhere]);
    await service.changePayout(userId, payout.id, { network: payout.network });
    expect(await referrals.listPayouts()).toEqual({ items: [payout] });

    const cancelled = await referrals.cancelPayout(payout.id);
    expect(cancelled).toEqual({
      ...payout,
      status: 'cancelled',
      completedAt: expect.stringMatching(INSTANT),
    });
    expect(await referrals.cancelPayout(payout.id)).toEqual(cancelled);
    expect(await referrals.waitForPayout(payout.id)).toEqual(cancelled);
  });

  test('that was sent has its transaction, and one that failed its note', async () => {
    const { referrals } = await signIn({ available_micro: 100n * UNIT });
    const [one, two] = [
      await referrals.createPayout(request(10n * UNIT)),
      await referrals.createPayout(request(11n * UNIT)),
    ];
    const settle = (path: string, body: object) =>
      service.operator()('POST', `/v1/admin/referrals/payouts/${path}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const txHash = '5'.repeat(88);
    const sent = await settle(`${one.id}/sent`, { tx_hash: txHash });
    expect(sent.text).toContain('"sent"');
    await settle(`${two.id}/failed`, { note: 'the address bounced' });
    expect(await referrals.waitForPayout(one.id)).toMatchObject({ status: 'sent', txHash });
    expect(await referrals.waitForPayout(two.id)).toMatchObject({
      status: 'failed',
      note: 'the address bounced',
    });
    await fails(referrals.cancelPayout(one.id), {
      tag: 'payout_not_actionable',
      status: 409,
      payoutStatus: 'sent',
    });
  });

  test('under a key of one’s own is made once, and the key is good for one request', async () => {
    const { userId, referrals } = await signIn({ available_micro: 100n * UNIT });
    const options = { idempotencyKey: 'order-1' };
    const first = await referrals.createPayout(request(10n * UNIT), options);
    expect(await referrals.createPayout(request(10n * UNIT), options)).toEqual(first);
    await fails(referrals.createPayout(request(11n * UNIT), options), {
      tag: 'idempotency_key_reused',
      status: 422,
      outcomeUnknown: false,
      idempotencyKey: 'order-1',
    });
    expect(await service.payouts(userId)).toHaveLength(1);
  });
});

describe('an amount of 9007199254740993', () => {
  const AMOUNT = 9_007_199_254_740_993n;

  test('goes out and comes back exact', async () => {
    const { userId, referrals } = await signIn({ available_micro: AMOUNT + 1n });
    const payout = await referrals.createPayout(request(AMOUNT));
    expect(payout.amountMicro).toBe(AMOUNT);
    expect((await service.payouts(userId))[0]?.amount_micro).toBe(AMOUNT);
    expect((await referrals.getPayout(payout.id)).amountMicro).toBe(AMOUNT);
    expect((await referrals.listPayouts()).items[0]?.amountMicro).toBe(AMOUNT);
    const { balance } = await referrals.getOverview();
    expect(balance).toMatchObject({
      availableMicro: 1n,
      reservedMicro: AMOUNT,
      lifetimeMicro: AMOUNT + 1n,
    });
    expect((await referrals.listRewards()).items[0]?.amountMicro).toBe(AMOUNT + 1n);
  });

  test('pays an invoice to the micro-unit', async () => {
    const invoices = [{ invoice_id: 'exact', total_micro: AMOUNT }];
    const { referrals } = await signIn({ available_micro: AMOUNT, invoices });
    const near = { invoiceId: 'exact', amountMicro: AMOUNT - 1n };
    await fails(referrals.spendOnInvoice(near), { tag: 'amount_mismatch' });
    await referrals.spendOnInvoice({ invoiceId: 'exact', amountMicro: AMOUNT });
    expect((await referrals.getOverview()).balance).toMatchObject({
      availableMicro: 0n,
      spentMicro: AMOUNT,
    });
  });
});

test('the overview has the balance, the minimum and the networks', async () => {
  const { referrals } = await signIn({
    available_micro: 7n,
    pending: [{ amount_micro: 5n, unlocks_at: LATER }],
  });
  expect(await referrals.getOverview()).toEqual({
    balance: {
      pendingMicro: 5n,
      availableMicro: 7n,
      reservedMicro: 0n,
      paidOutMicro: 0n,
      spentMicro: 0n,
      lifetimeMicro: 12n,
    },
    minPayoutMicro: 10n * UNIT,
    networks: networkNames,
  });
});

test('a daily limit is said in the overview, and what is over it says so', async () => {
  const { referrals } = await signIn({ available_micro: 100n * UNIT }, limited);
  await referrals.createPayout(request(25n * UNIT));
  const dailyLimit = {
    limitMicro: LIMIT,
    remainingMicro: 15n * UNIT,
    resetsAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/),
  };
  expect(await referrals.getOverview()).toMatchObject({ dailyLimit });
  await fails(referrals.createPayout(request(25n * UNIT)), {
    ...{ tag: 'payout_limit_exceeded', status: 400, outcomeUnknown: false },
    ...dailyLimit,
  });
});

describe('refusals', () => {
  test.each<[TriportErrorTag, number, object, object]>([
    ['invalid_args', 400, { amountMicro: 0 }, { field: 'amount_micro' }],
    ['invalid_args', 400, { amountMicro: 2n ** 63n }, { field: 'amount_micro' }],
    ['invalid_args', 400, { network: 'dogecoin' }, { field: 'network' }],
    ['invalid_args', 400, { address: '' }, { field: 'address' }],
    ['payout_below_min', 400, { amountMicro: 9_999_999 }, { minPayoutMicro: 10n * UNIT }],
    ['payout_address_invalid', 400, { address: '0x' }, { field: undefined }],
    ['balance_insufficient', 400, {}, { payoutStatus: undefined }],
  ])('%s', async (tag, status, wrong, said) => {
    const { referrals } = await signIn();
    const call = referrals.createPayout({ ...request(10n * UNIT), ...wrong });
    await fails(call, {
      tag,
      status,
      outcomeUnknown: false,
      requestId: expect.any(String),
      ...said,
    });
  });

  test('unauthenticated, without a session', async () => {
    const { referrals } = new TriportClient({ baseUrl: service.url });
    await fails(referrals.getOverview(), { tag: 'unauthenticated', status: 401 });
  });

  test('payout_not_found and invoice_not_eligible, for what is another user’s or nobody’s', async () => {
    const { referrals } = await signIn({ available_micro: 100n * UNIT });
    const { id } = await (await signIn({ available_micro: 100n * UNIT })).referrals.createPayout(
      request(10n * UNIT),
    );
    await fails(referrals.getPayout(id), { tag: 'payout_not_found', status: 404 });
    await fails(referrals.waitForPayout('no-such-id'), { tag: 'payout_not_found' });
    const spend = { invoiceId: 'nobody’s', amountMicro: 1 };
    await fails(referrals.spendOnInvoice({ ...spend, invoiceId: 'nobodys' }), {
      tag: 'invoice_not_eligible',
      status: 404,
    });
    await fails(referrals.spendOnInvoice(spend), { tag: 'invalid_args' });
  });

  test('invalid_args, for a cursor that nobody gave out', async () => {
    const { referrals } = await signIn();
    await fails(referrals.listPayouts({ cursor: 'x' }), { tag: 'invalid_args' });
  });
});

describe('a list', () => {
  const COUNT = 7;
  let mine: Awaited<ReturnType<typeof signIn>>;
  let ids: string[];
  beforeAll(async () => {
    const pending = Array.from({ length: COUNT }, (_, index) => ({
      amount_micro: BigInt(index + 1),
      unlocks_at: LATER,
    }));
    mine = await signIn({ available_micro: 1000n * UNIT, pending });
    ids = [];
    for (let index = 0; index < COUNT; index++)
      ids.unshift((await mine.referrals.createPayout(request(10n * UNIT))).id);
    for (const id of ids.slice(0, 3)) await mine.referrals.cancelPayout(id);
  });

  const idsOf = async (items: AsyncIterable<{ id: string }>) =>
    (await Array.fromAsync(items)).map(({ id }) => id);

  test('gives a page, and where the next one begins', async () => {
    const first = await mine.referrals.listPayouts({ limit: 5 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 5));
    const second = await mine.referrals.listPayouts({ limit: 5, cursor: first.nextCursor });
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(5));
    expect(second).not.toHaveProperty('nextCursor');
  });

  test.each([1, 3, 7, 50])('goes through all of them by pages of %d', async (limit) =>
    expect(await idsOf(mine.referrals.listPayouts({ limit }))).toEqual(ids),
  );

  test('begins where it is told to', async () => {
    expect(await idsOf(mine.referrals.listPayouts({ limit: 2, offset: 3 }))).toEqual(ids.slice(3));
    const { nextCursor: cursor } = await mine.referrals.listPayouts({ limit: 4 });
    expect(await idsOf(mine.referrals.listPayouts({ limit: 2, cursor }))).toEqual(ids.slice(4));
  });

  test('keeps to one status or to some', async () => {
    const { referrals } = mine;
    expect(await idsOf(referrals.listPayouts({ limit: 2, status: 'cancelled' }))).toEqual(
      ids.slice(0, 3),
    );
    expect(
      await idsOf(referrals.listPayouts({ limit: 2, status: ['requested', 'cancelled'] })),
    ).toEqual(ids);
    expect(
      await idsOf(referrals.listPayouts({ status: ['sent', 'a status of tomorrow'] })),
    ).toEqual([]);
  });

  test('of rewards does the same', async () => {
    const all = await Array.fromAsync(mine.referrals.listRewards({ limit: 3 }));
    expect(all.map(({ id }) => id).toSorted()).toEqual(mine.rewards.toSorted());
    expect(all.find(({ amountMicro }) => amountMicro === 7n)).toEqual({
      id: expect.any(String),
      amountMicro: 7n,
      status: 'pending',
      unlocksAt: LATER,
      grantedAt: expect.stringMatching(INSTANT),
      source: expect.any(String),
    });
    expect((await mine.referrals.listRewards({ status: 'available' })).items).toHaveLength(1);
  });

  test('ends a loop with the error of a page', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const seen: string[] = [];
    const loop = async () => {
      for await (const { id } of mine.referrals.listPayouts({ limit: 2, signal })) {
        seen.push(id);
        if (seen.length === 3) controller.abort();
      }
    };
    await fails(loop(), { tag: 'aborted' });
    expect(seen).toEqual(ids.slice(0, 4));
  });

  test('has the types of its items', () => {
    const { referrals } = mine;
    expectTypeOf(referrals.listPayouts).returns.resolves.toEqualTypeOf<Page<Payout>>();
    expectTypeOf(referrals.listRewards).returns.toExtend<AsyncIterable<Reward>>();
    expectTypeOf<Payout['amountMicro']>().toEqualTypeOf<bigint>();
    expectTypeOf<'sent'>().toExtend<PayoutStatus>();
  });
});
