/** Gives the demo user what the lines of curl on the API's page name, so that all work pasted. */
import { randomBytes, randomUUID } from 'node:crypto';
import bs58 from 'bs58';
import type { ValuesOf } from '../../openapi/curl.ts';
import { payoutRequest, spendRequest } from '../../openapi/examples.ts';
import type { DocumentedRoute } from '../../openapi/routes.ts';
import { DEMO, type Sessions } from './sign-in.ts';

type Ask = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

const PAYOUTS = '/v1/referrals/payouts';
/** Longer lists would not fit into one page of the user's payouts. */
const MOST = 200;

export class DocsExamples {
  readonly #sessions: Sessions;
  /** By route: a payout of its own, since most lines take theirs out of the queue. */
  readonly #payouts = new Map<string, { id: string; tx_hash: string }>();
  /** Pasted again, a line with a key has the answer that it had. */
  readonly #keys = new Map<string, string>();
  #invoice: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** One page after the other: two at once would each make what is missing. */
  prepare(routes: DocumentedRoute[], url: string): Promise<ValuesOf> {
    const prepared = this.#last.then(() => this.#prepare(routes, asking(url)));
    this.#last = prepared.catch(() => undefined);
    return prepared;
  }

  async #prepare(routes: DocumentedRoute[], ask: Ask): Promise<ValuesOf> {
    // Again, since a session ends after a day, and this service may run longer.
    await this.#sessions.createDemo();
    const { items } = await ask('GET', `${PAYOUTS}?status=requested&limit=${MOST}`);
    const waiting = new Set((items as { id: string }[]).map(({ id }) => id));
    const missing = routes
      .filter(({ path }) => path.includes('{id}'))
      .filter(({ name }) => !waiting.has(this.#payouts.get(name)?.id ?? ''));
    const { balance, min_payout_micro } = (await ask('GET', '/v1/referrals/me')) as {
      balance: { available_micro: number };
      min_payout_micro: number;
    };
    // For these, and for the lines that ask for money themselves.
    const needed =
      missing.length * min_payout_micro + payoutRequest.amount_micro + spendRequest.amount_micro;
    const lacks = balance.available_micro < needed;
    const invoices = this.#invoice ? [] : [{ total_micro: BigInt(spendRequest.amount_micro) }];
    if (lacks || invoices.length > 0) {
      const given = await this.#sessions.create({
        user_id: DEMO.userId,
        invoices,
        ...(lacks && { available_micro: BigInt(needed) }),
      });
      this.#invoice ??= given.invoices[0];
    }
    for (const { name } of missing) {
      const body = { ...payoutRequest, amount_micro: min_payout_micro };
      const { id } = await ask('POST', PAYOUTS, body);
      this.#payouts.set(name, { id: String(id), tx_hash: bs58.encode(randomBytes(64)) });
    }
    return (name) => ({
      user_id: DEMO.userId,
      ...this.#payouts.get(name),
      ...(this.#invoice && { invoice_id: this.#invoice }),
      'Idempotency-Key': this.#keyOf(name),
    });
  }

  #keyOf(name: string): string {
    const key = this.#keys.get(name) ?? randomUUID();
    this.#keys.set(name, key);
    return key;
  }
}

/** As the demo user, by the API itself. */
const asking =
  (url: string): Ask =>
  async (method, path, body) => {
    const headers = { cookie: `nl_session=${DEMO.token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(url + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
