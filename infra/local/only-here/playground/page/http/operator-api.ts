/** The operators' routes, each request signed with a key of this machine. */
import { fields, list, optionalText, text } from '../../../../../../sdk/typescript/src/fields.ts';
import { stringifyFlat } from '../../../../../../sdk/typescript/src/json.ts';
import { type Payout, readPayout } from '../../../../../../sdk/typescript/src/payout.ts';
import { mergeQueues, type Queue } from './merge-queue.ts';
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
  const walk = async (status: 'requested' | 'processing', atLeast: number) => {
    const payouts: (QueuedPayout | UnreadablePayout)[] = [];
    let next: string | undefined;
    do {
      const path = `${PAYOUTS}?limit=200&status=${status}${next ? `&cursor=${next}` : ''}`;
      const page = await signed('GET', path, undefined, readPage);
      payouts.push(...page.items);
      next = page.next;
    } while (next !== undefined && payouts.length < atLeast);
    return { payouts, isWhole: next === undefined };
  };
  return {
    /** At least so many of the oldest open payouts, or all that there are. */
    queue: async (atLeast: number): Promise<Queue<QueuedPayout | UnreadablePayout>> =>
      mergeQueues(await Promise.all([walk('requested', atLeast), walk('processing', atLeast)])),
    claim: (id: string) => step(id, 'processing'),
    markSent: (id: string, txHash: string) => step(id, 'sent', { tx_hash: txHash }),
    markFailed: (id: string, note: string) => step(id, 'failed', { note }),
  };
}

function readPage(reply: unknown) {
  const { items, next_cursor } = fields(reply);
  return { items: list(items, readQueued), ...optionalText('next', next_cursor) };
}

function readQueued(reply: unknown): QueuedPayout | UnreadablePayout {
  const wire = fields(reply);
  if (wire.unreadable === true)
    return { id: text(wire.id), userId: text(wire.user_id), unreadable: true };
  const last = list(wire.history, fields).at(-1);
  return { ...readPayout(reply), by: text(last?.by) };
}
