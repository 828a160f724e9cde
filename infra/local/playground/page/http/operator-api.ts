/** The operators' routes, each request signed with a key of this machine. */
import { fields, list, text } from '../../../../../sdk/typescript/src/fields.ts';
import { stringifyFlat } from '../../../../../sdk/typescript/src/json.ts';
import { type Payout, readPayout } from '../../../../../sdk/typescript/src/payout.ts';
import type { Send } from './send.ts';
import { signedHeaders } from './sign-request.ts';

export interface QueuedPayout extends Payout {
  /** Who brought it to its status. */
  readonly by: string;
}

/** One whose item is corrupt, of which only the ids are known. */
export interface UnreadablePayout {
  readonly id: string;
  readonly userId: string;
  readonly unreadable: true;
}

export type OperatorApi = ReturnType<typeof operatorApi>;

const PAYOUTS = '/v1/admin/referrals/payouts';

export function operatorApi(send: Send, accessKey: () => string) {
  const signed = async <Result>(
    method: 'GET' | 'POST',
    path: string,
    body: Readonly<Record<string, string>> | undefined,
    read: (json: unknown) => Result,
  ): Promise<Result> => {
    const text = body && stringifyFlat(body);
    const request = { method, url: location.origin + path, body: text, accessKeyId: accessKey() };
    const headers = await signedHeaders(request);
    // Operators have no session; the gateway knows them by their signature alone.
    const init = { method, headers, credentials: 'omit', ...(text && { body: text }) } as const;
    return send(path, init, read);
  };
  const step = (id: string, name: string, body?: Readonly<Record<string, string>>) =>
    signed('POST', `${PAYOUTS}/${id}/${name}`, body, readPayout);
  return {
    /** Oldest first. One that cannot be read is in the queue of either status. */
    queue: (status: 'requested' | 'processing'): Promise<(QueuedPayout | UnreadablePayout)[]> =>
      signed('GET', `${PAYOUTS}?limit=50&status=${status}`, undefined, (reply) =>
        list(fields(reply).items, readQueued),
      ),
    claim: (id: string) => step(id, 'processing'),
    markSent: (id: string, txHash: string) => step(id, 'sent', { tx_hash: txHash }),
    markFailed: (id: string, note: string) => step(id, 'failed', { note }),
  };
}

function readQueued(reply: unknown): QueuedPayout | UnreadablePayout {
  const wire = fields(reply);
  if (wire.unreadable === true)
    return { id: text(wire.id), userId: text(wire.user_id), unreadable: true };
  const last = list(wire.history, fields).at(-1);
  return { ...readPayout(reply), by: text(last?.by) };
}
