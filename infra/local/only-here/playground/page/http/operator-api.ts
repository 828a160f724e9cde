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
  readonly approvedBy?: string;
  /** What was about to be sent for it, oldest first. */
  readonly attempts: readonly Attempt[];
  /** Why somebody has to look at it. */
  readonly needsReview?: string;
  /** What may be wrong with its address, as the API calls it. */
  readonly warnings: readonly string[];
}

export interface Attempt {
  readonly id: string;
  readonly state: string;
  readonly by: string;
}

/** One whose item is corrupt, of which only the ids are known. */
export interface UnreadablePayout {
  readonly id: string;
  readonly userId: string;
  readonly unreadable: true;
}

export type OperatorApi = ReturnType<typeof operatorApi>;

export const PAYOUTS = '/v1/admin/referrals/payouts';
const USERS = '/v1/admin/referrals/users';

/** Sends requests that are signed with the key that is chosen then. */
export const signing =
  (send: Send, accessKey: () => string) =>
  async <Result>(
    method: 'GET' | 'POST',
    path: string,
    text: string | undefined,
    read: (json: unknown) => Result,
  ): Promise<Result> => {
    const request = { method, url: location.origin + path, body: text, accessKeyId: accessKey() };
    const headers = await signedHeaders(request);
    // Operators have no session; the gateway knows them by their signature alone.
    const init = { method, headers, credentials: 'omit', ...(text && { body: text }) } as const;
    return send(path, init, read);
  };

export function operatorApi(send: Send, accessKey: () => string) {
  const signed = signing(send, accessKey);
  const step = (id: string, name: string, body?: Parameters<typeof stringifyFlat>[0]) =>
    signed('POST', `${PAYOUTS}/${id}/${name}`, body && stringifyFlat(body), readPayout);
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
    markFailed: (id: string, note: string, reason?: string) => step(id, 'failed', { reason, note }),
    cancel: (id: string, note: string) => step(id, 'cancelled', { note }),
    /** Of exactly what the row shows. */
    approve: ({ id, amountMicro, address }: Payout) =>
      step(id, 'approved', { amount_micro: amountMicro, address }),
    recordAttempt: (id: string, attempt: Parameters<typeof stringifyFlat>[0]) =>
      step(id, 'attempts', attempt),
    release: (id: string, note: string) => step(id, 'released', { note }),
    /** The attempts of these ids are dead. */
    review: (id: string, note: string, dead: readonly string[]) =>
      signed('POST', `${PAYOUTS}/${id}/reviewed`, JSON.stringify({ note, dead }), readPayout),
    holdUser: (userId: string, how: 'frozen' | 'thawed', note: string) =>
      signed('POST', `${USERS}/${userId}/${how}`, stringifyFlat({ note }), fields),
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
  const { approval, attempts, review, warnings } = wire;
  return {
    ...readPayout(reply),
    by: text(last?.by),
    ...(approval !== undefined && { approvedBy: text(fields(approval).by) }),
    attempts: attempts === undefined ? [] : list(attempts, readAttempt),
    ...(review !== undefined && { needsReview: text(fields(review).why) }),
    warnings: warnings === undefined ? [] : list(warnings, text),
  };
}

function readAttempt(reply: unknown): Attempt {
  const { id, state, by } = fields(reply);
  return { id: text(id), state: text(state), by: text(by) };
}
