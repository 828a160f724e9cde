/** Every function at work, until it has done everything that its code can do. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../../infra/compute/catalogue.ts';
import type { Payout } from '../../../lib/payout.ts';
import type { AskedChain } from '../asked-chain.ts';
import { freshAddress } from '../evm-network.ts';
import { type FaultProxy, faults } from '../fault-proxy.ts';
import { FUTURE, HASHES, PAST, PATHS, PAYOUT_REQUEST } from '../samples.ts';
import type { Service, Session } from '../service.ts';

const TEN = 10_000_000n;
const DUE = { amount_micro: TEN, unlocks_at: PAST };
const LATER = { amount_micro: TEN, unlocks_at: FUTURE };
const INVOICE = 'inv-1';
const UNPAID = { reason: 'other', note: 'no', internal_note: 'none' };

const BUDGETS = { OUTFLOW_BUDGETS: 'solana=1000000000000' };

const DAILY_MICRO = 1_000_000_000_000n;
const DAILY = { USER_DAILY_LIMIT_MICRO: String(DAILY_MICRO) };

/** The settings of a stage with every limit, as what a role grants does not depend on them. */
export const withLimits = (): Record<string, Record<string, string>> => ({
  ...{ ClaimPayout: BUDGETS, MarkPayoutSent: BUDGETS },
  ...{ RequestPayout: DAILY, GetOverview: DAILY },
});

/** What only a chain makes to do all that they can. */
export const ON_CHAIN: readonly FunctionName[] = [
  'MarkPayoutSent',
  'SettleByChain',
  'ReconcileOutflow',
];

/**
 * What each function is asked for; `proxy` stands before the database of the service, whose
 * functions may ask the chain.
 */
export function walksOf(
  service: Service,
  proxy: FaultProxy,
  chain: AskedChain | undefined,
): Record<FunctionName, () => Promise<unknown>> {
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    { cookie }: Session,
    body?: object,
    key?: string,
  ) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return service.request(method, path, { cookie, headers, body });
  };

  /** A user for whom the amount is there once what is due has been unlocked, and for one key. */
  const debits = async (path: string, body: object) => {
    const invoices = [{ invoice_id: INVOICE, total_micro: TEN }];
    const user = await service.newSession({ pending: [DUE], invoices });
    proxy.script('TransactWriteItems', [faults.none, faults.none, faults.loseReply]);
    const first = await send('POST', path, user, body, 'key');
    const poor = await service.newSession({ invoices });
    // The refusal is written under its key, and the reply to that is lost.
    proxy.script('TransactWriteItems', [faults.none, faults.loseReply]);
    const refused = await send('POST', path, poor, body, 'key');
    await service.newSession({ user_id: poor.user_id, available_micro: TEN });
    const afterRefusal = await send('POST', path, poor, body, 'key');
    return [first, refused, afterRefusal].map(({ status }) => status);
  };

  const openPayout = async (other: object = {}) =>
    service.requestPayout((await service.newSession({ available_micro: TEN })).cookie, {
      amount_micro: TEN,
      ...other,
    });
  const onPolygon = () => openPayout({ network: 'polygon', address: freshAddress() });
  const operate = async ({ id }: Payout, step: string, body?: object, by: 'ann' | 'bob' = 'ann') =>
    (await service.operator(by)('POST', `${PATHS.queue}/${id}/${step}`, { body })).status;
  const claimed = async (): Promise<Payout> => {
    const payout = await openPayout();
    expect(await operate(payout, 'processing')).toBe(200);
    return payout;
  };
  const attempted = async (): Promise<Payout> => {
    const payout = await claimed();
    const attempt = { kind: 'solana', signature: HASHES.solana, last_valid_block_height: 1 };
    expect(await operate(payout, 'attempts', attempt)).toBe(200);
    return payout;
  };
  const decideOn = async ({ user_id }: Session, step: string) => {
    const path = `${PATHS.users}/${user_id}/${step}`;
    return (await service.operator('ann')('POST', path, { body: { note: step } })).status;
  };
  const frozenUser = async () => {
    const user = await service.newSession({ available_micro: TEN });
    expect(await decideOn(user, 'frozen')).toBe(200);
    return user;
  };
  const look = async (path: string) => (await service.operator('ann')('GET', path)).status;

  const billing = (type: string, detail: object) =>
    service.events([{ 'detail-type': type, time: PAST, detail: { ...detail } }]);

  const work: Record<FunctionName, () => Promise<unknown>> = {
    RequestPayout: async () => {
      const body = { ...PAYOUT_REQUEST, amount_micro: TEN };
      expect(await debits(PATHS.payouts, body)).toEqual([202, 400, 202]);
      const tooMuch = { ...body, amount_micro: DAILY_MICRO + 1n };
      const refused = await send('POST', PATHS.payouts, await service.newSession(), tooMuch, 'key');
      expect(refused.json).toMatchObject({ error: 'payout_limit_exceeded' });
    },
    SpendOnInvoice: async () =>
      expect(await debits(PATHS.spend, { invoice_id: INVOICE, amount_micro: TEN })).toEqual([
        200, 400, 200,
      ]),
    ListPayouts: async () => send('GET', PATHS.payouts, await service.newSession()),
    ListRewards: async () => send('GET', PATHS.rewards, await service.newSession()),
    GetOverview: async () =>
      send('GET', PATHS.overview, await service.newSession({ pending: [LATER] })),
    GetPayout: async () =>
      send('GET', `${PATHS.payouts}/${randomUUID()}`, await service.newSession()),
    CancelPayout: async () => {
      const user = await service.newSession({ available_micro: TEN });
      const { id } = await service.requestPayout(user.cookie, { amount_micro: TEN });
      expect((await send('POST', `${PATHS.payouts}/${id}/cancel`, user)).status).toBe(200);
    },
    ListQueue: async () => {
      const { user_id, id } = await openPayout();
      const review = { why: 'late', since: PAST };
      await service.changePayout(user_id, id, { review, look_key: `review#${id}` });
      for (const which of ['', '?needs_review=true'])
        expect(await look(PATHS.queue + which)).toBe(200);
    },
    GetTotals: async () => expect(await look(PATHS.totals)).toBe(200),
    GetPayoutAsOperator: async () =>
      expect(await look(`${PATHS.queue}/${(await openPayout()).id}`)).toBe(200),
    GetUser: async () => {
      const { user_id } = await service.newSession({ pending: [LATER] });
      expect(await look(`${PATHS.users}/${user_id}`)).toBe(200);
    },
    ClaimPayout: async () => expect(await operate(await openPayout(), 'processing')).toBe(200),
    ApprovePayout: async () => {
      const payout = await openPayout();
      const { amount_micro, address } = payout;
      expect(await operate(payout, 'approved', { amount_micro, address })).toBe(200);
    },
    RecordAttempt: async () => void (await attempted()),
    ReviewPayout: async () => {
      const payout = await attempted();
      await service.changePayout(payout.user_id, payout.id, {
        review: { why: 'late', since: PAST },
      });
      const review = { note: 'no', dead: [HASHES.solana] };
      expect(await operate(payout, 'reviewed', review, 'bob')).toBe(200);
    },
    MarkPayoutSent: async () => {
      for (const payout of [await attempted(), await openPayout()])
        expect(await operate(payout, 'sent', { tx_hash: HASHES.solana })).toBe(200);
      if (!chain) return;
      const payout = await onPolygon();
      const { hash: tx_hash } = await chain.pay(payout.address, TEN);
      expect(await operate(payout, 'sent', { tx_hash })).toBe(409);
      await chain.finalize();
      expect(await operate(payout, 'sent', { tx_hash })).toBe(200);
    },
    SettleByChain: async () => {
      if (!chain) return;
      const [paid, underpaid] = [await onPolygon(), await onPolygon()];
      for (const payout of [paid, underpaid]) {
        expect(await operate(payout, 'processing')).toBe(200);
        const units = payout === paid ? TEN : TEN - 1n;
        const { hash, sender, nonce } = await chain.pay(payout.address, units);
        const attempt = { kind: 'evm', hash, sender, nonce };
        expect(await operate(payout, 'attempts', attempt)).toBe(200);
      }
      await chain.finalize();
      await service.run('SettleByChain');
      expect(await service.payouts(paid.user_id)).toMatchObject([{ status: 'sent' }]);
      expect(await service.payouts(underpaid.user_id)).toMatchObject([{ review: {} }]);
    },
    ReconcileOutflow: async () => {
      if (!chain) return;
      const payout = await onPolygon();
      const { hash } = await chain.pay(payout.address, TEN);
      await chain.finalize();
      expect(await operate(payout, 'sent', { tx_hash: hash })).toBe(200);
      const [{ evidence, ...item } = {}] = await service.payouts(payout.user_id);
      // As if it had been said long ago, when nobody asked the chain.
      await service.putPayout({ ...item, completed_at: PAST });
      await service.run('ReconcileOutflow');
      expect(await service.payouts(payout.user_id)).toMatchObject([{ evidence }]);
    },
    ReleasePayout: async () => {
      const payout = await openPayout();
      expect(await operate(payout, 'processing')).toBe(200);
      expect(await operate(payout, 'released', { note: 'no' })).toBe(200);
    },
    MarkPayoutFailed: async () =>
      expect(await operate(await claimed(), 'failed', UNPAID)).toBe(200),
    CancelPayoutAsOperator: async () =>
      expect(await operate(await claimed(), 'cancelled', UNPAID)).toBe(200),
    FreezeUser: async () => void (await frozenUser()),
    ThawUser: async () => expect(await decideOn(await frozenUser(), 'thawed')).toBe(200),
    ProcessBillingEvents: async () => {
      const user_id = randomUUID();
      const reward = { amount_micro: TEN, unlocks_at: FUTURE, source: 'test' };
      const [one, other] = ['1', '2'].map((reward_id) => ({ user_id, reward_id }));
      const [first, second] = ['1', '2'].map((invoice_id) => ({ user_id, invoice_id }));
      await billing('referral.reward.granted', { ...one, ...reward });
      await billing('referral.reward.reversed', { ...one });
      await billing('referral.reward.reversed', { ...other });
      await billing('referral.reward.granted', { ...other, ...reward });
      await billing('billing.invoice.opened', { ...first, total_micro: TEN });
      await billing('billing.invoice.closed', { ...first });
      await billing('billing.invoice.closed', { ...second });
      await billing('billing.invoice.opened', { ...second, total_micro: TEN });
      expect(await service.deadLetters()).toEqual([]);
    },
    UnlockDueRewards: async () => {
      const { user_id } = await service.newSession({ pending: [DUE] });
      // One with so much that it is unlocked alone.
      const many = await service.newSession({ pending: Array(10).fill(DUE) });
      await service.run('UnlockDueRewards');
      expect(await service.account(user_id)).toMatchObject({ available_micro: TEN });
      expect(await service.account(many.user_id)).toMatchObject({ available_micro: 10n * TEN });
    },
    MeasureQueue: () => service.run('MeasureQueue'),
    PublishPayoutEvents: () => service.run('PublishPayoutEvents', { Records: [] }),
    Reconcile: async () => {
      // Accounts are read together, and one that does not add up then alone.
      const { user_id } = await service.newSession({ available_micro: TEN });
      await service.changeAccount(user_id, { available_micro: 1n });
      const found = await service.run('Reconcile');
      await service.changeAccount(user_id, { available_micro: TEN });
      expect(found).toMatchObject({ drifted: 1n, skipped: 0n, accounts: [{ user_id }] });
    },
  };

  return Object.fromEntries(
    FUNCTION_NAMES.map((name) => [
      name,
      () => {
        // What an earlier walk left over, where it did not come to its end.
        proxy.script('TransactWriteItems', []);
        return work[name]();
      },
    ]),
  ) as typeof work;
}
