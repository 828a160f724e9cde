/**
 * Changes of payouts as others hear of them: which event says what, and how to send them without
 * mixing up their order.
 */
import { stringifyJson } from './json.ts';
import type { Payout, PayoutStatus } from './payout.ts';

export const EVENT_SOURCE = 'referral-payouts';

export type PayoutChange = {
  /** The payout after the change, as its owner sees it. */
  payout: Payout;
  /** Null for a new payout. */
  previousStatus: PayoutStatus | null;
  /** When it changed (RFC 3339). */
  at: string;
};

export type PayoutEvent = { type: string; source: string; time: string; detail: string };

/** `detail` is JSON text, in which every integer keeps all its digits. */
export const payoutEvent = ({ payout, previousStatus, at }: PayoutChange): PayoutEvent => ({
  type: `referral.payout.${payout.status}`,
  source: EVENT_SOURCE,
  time: at,
  detail: stringifyJson({ payout, previous_status: previousStatus }),
});

/** PutEvents takes ten. */
const CHANGES_PER_CALL = 10;

/**
 * The changes in calls of at most ten, none of which has two of the same payout: a bus may take
 * some events of a call and not the others, and a payout's later change must not get out before its
 * earlier one.
 */
export function inCalls<Change extends PayoutChange>(changes: readonly Change[]): Change[][] {
  const calls: Change[][] = [];
  let payoutIds = new Set<string>();
  for (const change of changes) {
    const call = calls.at(-1);
    if (!call || call.length === CHANGES_PER_CALL || payoutIds.has(change.payout.id)) {
      calls.push([change]);
      payoutIds = new Set();
    } else call.push(change);
    payoutIds.add(change.payout.id);
  }
  return calls;
}
