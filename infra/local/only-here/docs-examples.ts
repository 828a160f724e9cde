/** Gives the demo user what the lines of curl on the API's page name, so that all work pasted. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import bs58 from 'bs58';
import type { ValuesOf } from '../../openapi/curl.ts';
import {
  payoutRequest,
  reviewedPayout,
  reviewReport,
  spendRequest,
} from '../../openapi/examples.ts';
import type { DocumentedRoute } from '../../openapi/routes.ts';
import { DEMO, type Sessions } from './sign-in.ts';

type Listed = { id: string; status: string };
type Ask = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

const PAYOUTS = '/v1/referrals/payouts';
const QUEUE = '/v1/admin/referrals/payouts';

/** What has to be done to the payout of a line before, by whom: `local` pastes it. */
const BEFORE: Readonly<Record<string, [accessKey: string, step: string, body?: object][]>> = {
  RecordAttempt: [['local', 'processing']],
  ReleasePayout: [['local', 'processing']],
  ReviewPayout: [
    ['local-ann', 'processing'],
    ...reviewReport.dead.map((hash): [string, string, object] => [
      ...(['local-ann', 'attempts'] as const),
      { kind: 'evm', sender: reviewedPayout.address, nonce: 41, hash },
    ]),
  ],
};

/** Where the line names what another network than the first has. */
const ABOUT: Readonly<Record<string, object>> = {
  ReviewPayout: { network: reviewedPayout.network, address: reviewedPayout.address },
};

/** Longer lists would not fit into one page of the user's payouts. */
const MOST = 200;

export class DocsExamples {
  readonly #sessions: Sessions;
  /** By route: a payout of its own, since most lines take theirs out of the queue. */
  readonly #payouts = new Map<string, { id: string; tx_hash: string }>();
  /** Pasted again, a line with a key has the answer that it had. */
  readonly #keys = new Map<string, string>();
  #invoice: string | undefined;
  /** Not the one who asks, of whom nothing would leave any more. */
  #frozen: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** One page after the other: two at once would each make what is missing. */
  prepare(routes: DocumentedRoute[], url: string): Promise<ValuesOf> {
    const prepared = this.#last.then(() => this.#prepare(routes, url));
    this.#last = prepared.catch(() => undefined);
    return prepared;
  }

  async #prepare(routes: DocumentedRoute[], url: string): Promise<ValuesOf> {
    const ask = asking(url);
    // Again, since a session ends after a day, and this service may run longer.
    await this.#sessions.createDemo();
    const { items } = await ask('GET', `${PAYOUTS}?status=requested,processing&limit=${MOST}`);
    const open = new Map((items as Listed[]).map(({ id, status }) => [id, status]));
    // One that had to be claimed can be named again, as its line changes nothing more.
    const isThere = (name: string) => {
      const status = open.get(this.#payouts.get(name)?.id ?? '');
      return status === 'requested' || (status === 'processing' && name in BEFORE);
    };
    const missing = routes
      .filter(({ path }) => path.includes('{id}'))
      .filter(({ name }) => !isThere(name));
    const { balance, min_payout_micro } = (await ask('GET', '/v1/referrals/me')) as {
      balance: { available_micro: number };
      min_payout_micro: number;
    };
    // What is approved is of the amount that the line says.
    const amount_micro = Math.max(min_payout_micro, payoutRequest.amount_micro);
    // For these, and for the lines that ask for money themselves.
    const needed =
      missing.length * amount_micro + payoutRequest.amount_micro + spendRequest.amount_micro;
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
      const { id } = await ask('POST', PAYOUTS, {
        ...{ ...payoutRequest, amount_micro, ...ABOUT[name] },
      });
      for (const [accessKey, step, body] of BEFORE[name] ?? [])
        await operating(url, accessKey)(`${QUEUE}/${id}/${step}`, body);
      this.#payouts.set(name, { id: String(id), tx_hash: bs58.encode(randomBytes(64)) });
    }
    this.#frozen ??= (await this.#sessions.create({ available_micro: 1n })).userId;
    const frozen = this.#frozen;
    return (name) => ({
      user_id: ['FreezeUser', 'ThawUser'].includes(name) ? frozen : DEMO.userId,
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
    return answered(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };

/** As an operator of this machine. */
const operating =
  (url: string, accessKeyId: string) => async (path: string, json: object | undefined) => {
    const method = 'POST';
    const body = json && JSON.stringify(json);
    const { headers } = await new AwsV4Signer({
      ...{ method, url: url + path, accessKeyId, secretAccessKey: accessKeyId },
      ...{ service: 'execute-api', region: 'us-east-1' },
      ...(body && { body, headers: { 'content-type': 'application/json' } }),
    }).sign();
    return answered(url + path, { method, headers, ...(body && { body }) });
  };

/** The routes are throttled here too, and this asks for more at once than any of them takes. */
const THROTTLED = { status: 429, waitMs: 100 };

async function answered(address: string, init: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(address, init);
  const text = await response.text();
  if (response.status === THROTTLED.status) {
    await setTimeout(THROTTLED.waitMs);
    return answered(address, init);
  }
  if (!response.ok)
    throw new Error(`${init.method} ${address} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
