/**
 * What can be done with referral earnings: a method per endpoint, and the wait for a payout's end.
 */
import { fields } from './fields.ts';
import { stringifyFlat } from './json.ts';
import { keyOr } from './key.ts';
import { type List, listOf, type Page, readPage, withQuery } from './list.ts';
import { exactMicro } from './micro.ts';
import type {
  CallOptions,
  ListPayoutsOptions,
  ListRewardsOptions,
  WaitOptions,
  WriteOptions,
} from './options.ts';
import { type Overview, readOverview } from './overview.ts';
import { type Payout, type PayoutRequest, readPayout } from './payout.ts';
import { type Reward, readReward } from './reward.ts';
import type { Transport } from './transport.ts';
import { waitUntilFinal } from './wait.ts';

export interface InvoiceSpend {
  readonly invoiceId: string;
  /**
   * The invoice's total, in micro-units (25_000_000 = 25.00); a bigint, or a number that is a safe
   * integer.
   */
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
   */
  async createPayout(request: PayoutRequest, options: WriteOptions = {}): Promise<Payout> {
    const { amountMicro, network, address } = request;
    const body = { amount_micro: exactMicro(amountMicro), network, address };
    return this.#post(PAYOUTS, body, readPayout, options);
  }

  /**
   * The user's payouts, newest first: `await` gives a page, `for await` goes through all of them.
   */
  listPayouts(options: ListPayoutsOptions = {}): List<Payout> {
    return this.#list(PAYOUTS, options, readPayout);
  }

  /**
   * One payout. Rejects with `payout_not_found` for one that does not exist, or is another user's.
   */
  async getPayout(id: string, options: CallOptions = {}): Promise<Payout> {
    return this.#get(payoutPath(id), readPayout, options);
  }

  /**
   * Takes a payout back while it is `requested`; its amount is available again. Repeating it
   * changes nothing. Rejects with `payout_not_found`, and with `payout_not_actionable` once an
   * operator has it.
   */
  async cancelPayout(id: string, options: WriteOptions = {}): Promise<Payout> {
    return this.#post(`${payoutPath(id)}/cancel`, undefined, readPayout, options);
  }

  /** The balance, the least payout and the networks. A user without any history has zeros. */
  async getOverview(options: CallOptions = {}): Promise<Overview> {
    return this.#get(`${ROOT}/me`, readOverview, options);
  }

  /**
   * The user's rewards, newest first: `await` gives a page, `for await` goes through all of them.
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
   */
  async spendOnInvoice(spend: InvoiceSpend, options: WriteOptions = {}): Promise<void> {
    const { invoiceId, amountMicro } = spend;
    const body = { invoice_id: invoiceId, amount_micro: exactMicro(amountMicro) };
    return this.#post(`${ROOT}/spend-on-invoice`, body, readOk, options);
  }

  /**
   * Asks for a payout until its status is final (`sent`, `failed` or `cancelled`): after a second
   * at first, every half a minute in the end. Rejects with `timeout` after `maxWaitMs`, and
   * otherwise like `getPayout`.
   */
  async waitForPayout(id: string, options: WaitOptions = {}): Promise<Payout> {
    return waitUntilFinal((call) => this.getPayout(id, call), options);
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

/** Throws TypeError for what is no id and would reach for another path. */
function payoutPath(id: string): string {
  if (/^[\w-]+$/.test(id)) return `${PAYOUTS}/${id}`;
  throw new TypeError('A payout is named by its id.');
}

function readOk(reply: unknown): void {
  if (fields(reply).ok !== true)
    throw new TypeError('The reply does not say that the invoice is paid.');
}
