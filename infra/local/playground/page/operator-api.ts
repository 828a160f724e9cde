/** The operators' routes, each request signed with a key of this machine. */
import { fields, list, text } from '../../../../sdk/typescript/src/fields.ts';
import { stringifyFlat } from '../../../../sdk/typescript/src/json.ts';
import { type Payout, readPayout } from '../../../../sdk/typescript/src/payout.ts';
import type { Send } from './send.ts';
import { signatureHeaders } from './sigv4.ts';

export interface QueuedPayout extends Payout {
  /** Who brought it to its status. */
  readonly by: string;
}

const PAYOUTS = '/v1/admin/referrals/payouts';

export class OperatorApi {
  readonly #send: Send;
  readonly #accessKey: () => string;

  /** A local access key is its own secret. */
  constructor(send: Send, accessKey: () => string) {
    this.#send = send;
    this.#accessKey = accessKey;
  }

  /** Oldest first. */
  queue(status: 'requested' | 'processing'): Promise<QueuedPayout[]> {
    return this.#signed('GET', `${PAYOUTS}?limit=50&status=${status}`, undefined, (reply) =>
      list(fields(reply).items, readQueued),
    );
  }

  claim(id: string): Promise<Payout> {
    return this.#signed('POST', `${PAYOUTS}/${id}/processing`, undefined, readPayout);
  }

  markSent(id: string, txHash: string): Promise<Payout> {
    return this.#signed('POST', `${PAYOUTS}/${id}/sent`, { tx_hash: txHash }, readPayout);
  }

  markFailed(id: string, note: string): Promise<Payout> {
    return this.#signed('POST', `${PAYOUTS}/${id}/failed`, { note }, readPayout);
  }

  async #signed<Result>(
    method: 'GET' | 'POST',
    path: string,
    fields: Readonly<Record<string, string>> | undefined,
    read: (json: unknown) => Result,
  ): Promise<Result> {
    const body = fields && stringifyFlat(fields);
    const key = this.#accessKey();
    const url = new URL(path, location.origin);
    const headers = await signatureHeaders({
      ...{ method, url, body, now: new Date() },
      ...{ accessKeyId: key, secretAccessKey: key },
    });
    const init = {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      // Operators have no session; the gateway knows them by their signature alone.
      credentials: 'omit',
      ...(body && { body }),
    } as const;
    return this.#send(path, init, read);
  }
}

function readQueued(reply: unknown): QueuedPayout {
  const last = list(fields(reply).history, fields).at(-1);
  return { ...readPayout(reply), by: text(last?.by) };
}
