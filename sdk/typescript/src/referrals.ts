/** The referral endpoints, a method each, and the wait for a payout's end. */
import {
  exactMicro,
  idSegment,
  keyOr,
  listQuery,
  optionsOf,
  signalOr,
  text,
  withQuery,
} from './arguments.ts';
import { fields } from './fields.ts';
import { stringifyFlat } from './json.ts';
import { type List, listOf, readPage } from './list.ts';
import type {
  CallOptions,
  ListPayoutsOptions,
  ListRewardsOptions,
  WaitOptions,
  WriteOptions,
} from './options.ts';
import { type Overview, type Reward, readOverview, readReward } from './overview.ts';
import { type Payout, type PayoutRequest, readPayout } from './payout.ts';
import type { Transport } from './transport.ts';
import { waitUntilFinal } from './wait.ts';

export interface InvoiceSpend {
  readonly invoiceId: string;
  /** The invoice's total, in micro-units (25_000_000 = 25.00); a bigint or a safe integer. */
  readonly amountMicro: number | bigint;
}

/** The endpoints of the client. Each can be taken off it, and called by itself. */
export interface Referrals {
  /**
   * Requests a payout, which reserves its amount; operators settle it later.
   *
   * Rejects with the tags `payout_below_min`, `payout_address_invalid`, `payout_limit_exceeded`, `balance_insufficient`,
   * `invalid_args` and `idempotency_key_reused`, when nothing was written. When the error's
   * `outcomeUnknown` is set, repeat the call with its `idempotencyKey`.
   *
   * @example
   * const payout = await client.referrals.createPayout({
   *   amountMicro: 25_000_000, // 25.00
   *   network: 'solana',
   *   address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
   * });
   * console.log(payout.id, payout.status); // "...", "requested"
   */
  readonly createPayout: (request: PayoutRequest, options?: WriteOptions | null) => Promise<Payout>;

  /**
   * The user's payouts, newest first: `await` gives a page, `for await` goes through all of them.
   *
   * @example
   * const { items, nextCursor } = await client.referrals.listPayouts({ limit: 20 });
   * for await (const { id, amountMicro } of client.referrals.listPayouts({ status: 'sent' }))
   *   console.log(id, amountMicro);
   */
  readonly listPayouts: (options?: ListPayoutsOptions | null) => List<Payout>;

  /**
   * One payout. Rejects with `payout_not_found` for one that does not exist, or is another user's.
   *
   * @example
   * const { status, txHash } = await client.referrals.getPayout(payout.id);
   */
  readonly getPayout: (id: string, options?: CallOptions | null) => Promise<Payout>;

  /**
   * Takes a payout back while it is `requested`; its amount is available again. Repeating it
   * changes nothing. Rejects with `payout_not_found`, and with `payout_not_actionable` once an
   * operator has it.
   *
   * @example
   * const { status } = await client.referrals.cancelPayout(payout.id); // "cancelled"
   */
  readonly cancelPayout: (id: string, options?: WriteOptions | null) => Promise<Payout>;

  /**
   * The balance, the least payout and the networks. A user without any history has zeros.
   *
   * @example
   * const { balance, minPayoutMicro } = await client.referrals.getOverview();
   * const canPayOut = balance.availableMicro >= minPayoutMicro;
   */
  readonly getOverview: (options?: CallOptions | null) => Promise<Overview>;

  /**
   * The user's rewards, newest first: `await` gives a page, `for await` goes through all of them.
   *
   * @example
   * for await (const reward of client.referrals.listRewards({ status: 'pending' }))
   *   console.log(reward.amountMicro, reward.unlocksAt);
   */
  readonly listRewards: (options?: ListRewardsOptions | null) => List<Reward>;

  /**
   * Pays an open invoice from the balance.
   *
   * Rejects with `invoice_not_eligible`, `amount_mismatch`, `balance_insufficient`, `invalid_args`
   * and `idempotency_key_reused`, when nothing was written. When the error's `outcomeUnknown` is
   * set, repeat the call with its `idempotencyKey`.
   *
   * @example
   * await client.referrals.spendOnInvoice({ invoiceId: 'invoice-1', amountMicro: 40_000_000 });
   */
  readonly spendOnInvoice: (spend: InvoiceSpend, options?: WriteOptions | null) => Promise<void>;

  /**
   * The payout once its status is final: `sent`, `failed` or `cancelled`.
   *
   * Asks after a second at first, every half a minute in the end. A failure that may pass does not
   * end the wait. Rejects with `timeout` when the payout is not final after `maxWaitMs`, or up to a
   * second later: the last request is sent at its end.
   *
   * @example
   * const settled = await client.referrals.waitForPayout(payout.id, { maxWaitMs: 3_600_000 });
   * console.log(settled.status, settled.txHash ?? settled.note);
   */
  readonly waitForPayout: (id: string, options?: WaitOptions | null) => Promise<Payout>;
}

const ROOT = '/v1/referrals';
const PAYOUTS = `${ROOT}/payouts`;

type Read<Result> = (json: unknown) => Result;

/** Functions rather than methods, which need no `this`: they also work apart, and in a proxy. */
export function referralsOf(transport: Transport): Referrals {
  const get = <Result>(path: string, read: Read<Result>, options: CallOptions | null | undefined) =>
    transport.send({ path, read, signal: signalOr(optionsOf(options).signal) });

  const post = <Result>(
    path: string,
    body: Parameters<typeof stringifyFlat>[0] | undefined,
    read: Read<Result>,
    options: WriteOptions | null | undefined,
  ) => {
    const { signal, idempotencyKey } = optionsOf(options);
    const write = { key: keyOr(idempotencyKey), body: body && stringifyFlat(body) };
    return transport.send({ path, write, read, signal: signalOr(signal) });
  };

  const listFrom = <Item>(
    path: string,
    options: ListPayoutsOptions | ListRewardsOptions | null | undefined,
    read: Read<Item>,
  ): List<Item> => {
    const readItems = readPage(read);
    // Read at once, since they may change before the list is used; refused when it is.
    const asked = (async () => {
      const { signal, ...query } = optionsOf(options);
      return { query: listQuery(query), signal: signalOr(signal) };
    })();
    asked.catch(() => {});
    return listOf(async (next) => {
      const { query, signal } = await asked;
      const following = next === undefined ? query : { ...query, offset: undefined, cursor: next };
      return transport.send({ path: withQuery(path, following), read: readItems, signal });
    });
  };

  return {
    createPayout: async ({ amountMicro, network, address }, options) => {
      const amount = exactMicro(amountMicro);
      const to = { network: text('network', network), address: text('address', address) };
      return post(PAYOUTS, { amount_micro: amount, ...to }, readPayout, options);
    },
    listPayouts: (options) => listFrom(PAYOUTS, options, readPayout),
    getPayout: async (id, options) => get(payoutPath(id), readPayout, options),
    cancelPayout: async (id, options) =>
      post(`${payoutPath(id)}/cancel`, undefined, readPayout, options),
    getOverview: async (options) => get(`${ROOT}/me`, readOverview, options),
    listRewards: (options) => listFrom(`${ROOT}/rewards`, options, readReward),
    spendOnInvoice: async ({ invoiceId, amountMicro }, options) => {
      const body = {
        invoice_id: text('invoiceId', invoiceId),
        amount_micro: exactMicro(amountMicro),
      };
      return post(`${ROOT}/spend-on-invoice`, body, readOk, options);
    },
    waitForPayout: async (id, options) => {
      const { signal, maxWaitMs } = optionsOf(options);
      const call = { path: payoutPath(id), read: readPayout, signal: signalOr(signal) };
      return waitUntilFinal(transport, call, maxWaitMs);
    },
  };
}

const payoutPath = (id: string): string => `${PAYOUTS}/${idSegment(id)}`;

function readOk(json: unknown): void {
  if (fields(json).ok !== true)
    throw new TypeError('The response does not say that the invoice is paid.');
}
