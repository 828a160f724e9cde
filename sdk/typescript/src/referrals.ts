/** The referral endpoints, a method each, and the wait for a payout's end. */
import { exactMicro, idSegment, keyOr, withQuery } from './arguments.ts';
import { fields } from './fields.ts';
import { stringifyFlat } from './json.ts';
import { type List, listOf, type Page, readPage } from './list.ts';
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

const ROOT = '/v1/referrals';
const PAYOUTS = `${ROOT}/payouts`;

export class Referrals {
  readonly #transport: Transport;

  /** Made by the client. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Requests a payout, which reserves its amount; operators settle it later.
   *
   * Rejects with the tags `payout_below_min`, `payout_address_invalid`, `balance_insufficient`,
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
  async createPayout(request: PayoutRequest, options: WriteOptions = {}): Promise<Payout> {
    const { amountMicro, network, address } = request;
    const body = { amount_micro: exactMicro(amountMicro), network, address };
    return this.#post(PAYOUTS, body, readPayout, options);
  }

  /**
   * The user's payouts, newest first: `await` gives a page, `for await` goes through all of them.
   *
   * @example
   * const { items, nextCursor } = await client.referrals.listPayouts({ limit: 20 });
   * for await (const { id, amountMicro } of client.referrals.listPayouts({ status: 'sent' }))
   *   console.log(id, amountMicro);
   */
  listPayouts(options: ListPayoutsOptions = {}): List<Payout> {
    return this.#list(PAYOUTS, options, readPayout);
  }

  /**
   * One payout. Rejects with `payout_not_found` for one that does not exist, or is another user's.
   *
   * @example
   * const { status, txHash } = await client.referrals.getPayout(payout.id);
   */
  async getPayout(id: string, options: CallOptions = {}): Promise<Payout> {
    return this.#get(payoutPath(id), readPayout, options);
  }

  /**
   * Takes a payout back while it is `requested`; its amount is available again. Repeating it
   * changes nothing. Rejects with `payout_not_found`, and with `payout_not_actionable` once an
   * operator has it.
   *
   * @example
   * const { status } = await client.referrals.cancelPayout(payout.id); // "cancelled"
   */
  async cancelPayout(id: string, options: WriteOptions = {}): Promise<Payout> {
    return this.#post(`${payoutPath(id)}/cancel`, undefined, readPayout, options);
  }

  /**
   * The balance, the least payout and the networks. A user without any history has zeros.
   *
   * @example
   * const { balance, minPayoutMicro } = await client.referrals.getOverview();
   * const canPayOut = balance.availableMicro >= minPayoutMicro;
   */
  async getOverview(options: CallOptions = {}): Promise<Overview> {
    return this.#get(`${ROOT}/me`, readOverview, options);
  }

  /**
   * The user's rewards, newest first: `await` gives a page, `for await` goes through all of them.
   *
   * @example
   * for await (const reward of client.referrals.listRewards({ status: 'pending' }))
   *   console.log(reward.amountMicro, reward.unlocksAt);
   */
  listRewards(options: ListRewardsOptions = {}): List<Reward> {
    return this.#list(`${ROOT}/rewards`, options, readReward);
  }

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
  async spendOnInvoice(spend: InvoiceSpend, options: WriteOptions = {}): Promise<void> {
    const { invoiceId, amountMicro } = spend;
    const body = { invoice_id: invoiceId, amount_micro: exactMicro(amountMicro) };
    return this.#post(`${ROOT}/spend-on-invoice`, body, readOk, options);
  }

  /**
   * The payout once its status is final: `sent`, `failed` or `cancelled`.
   *
   * Asks after a second at first, every half a minute in the end. A failure that may pass does not
   * end the wait. Rejects with `timeout` when the payout is not final after `maxWaitMs`.
   *
   * @example
   * const settled = await client.referrals.waitForPayout(payout.id, { maxWaitMs: 3_600_000 });
   * console.log(settled.status, settled.txHash ?? settled.note);
   */
  async waitForPayout(id: string, { signal, maxWaitMs }: WaitOptions = {}): Promise<Payout> {
    const call = { path: payoutPath(id), read: readPayout, signal };
    return waitUntilFinal(this.#transport, call, maxWaitMs);
  }

  #get<Result>(
    path: string,
    read: (json: unknown) => Result,
    { signal }: CallOptions,
  ): Promise<Result> {
    return this.#transport.send({ path, read, signal });
  }

  #post<Result>(
    path: string,
    body: Parameters<typeof stringifyFlat>[0] | undefined,
    read: (json: unknown) => Result,
    { signal, idempotencyKey }: WriteOptions,
  ): Promise<Result> {
    const write = { key: keyOr(idempotencyKey), body: body && stringifyFlat(body) };
    return this.#transport.send({ path, write, read, signal });
  }

  #list<Item>(
    path: string,
    { limit, offset, cursor, status, signal }: ListPayoutsOptions | ListRewardsOptions,
    read: (item: unknown) => Item,
  ): List<Item> {
    const readItems = readPage(read);
    const get = (query: Parameters<typeof withQuery>[1]): Promise<Page<Item>> =>
      this.#get(withQuery(path, query), readItems, { signal });
    return listOf((next) =>
      get(next === undefined ? { limit, offset, cursor, status } : { limit, cursor: next, status }),
    );
  }
}

const payoutPath = (id: string): string => `${PAYOUTS}/${idSegment(id)}`;

function readOk(json: unknown): void {
  if (fields(json).ok !== true)
    throw new TypeError('The response does not say that the invoice is paid.');
}
