/** A payout: what was asked for, by whom, to which address, and how far its settlement has come. */
import * as v from 'valibot';
import { ApiError } from './errors.ts';
import { newId, StoredUuid } from './ids.ts';
import { stringifyJson } from './json.ts';
import { PositiveMicro } from './money.ts';
import { isPayableOn, networkNames } from './networks/index.ts';
import { rfc3339, StoredTime } from './time.ts';

export const PAYOUT_STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** Those of a payout whose amount is reserved, and that waits in the operators' queue. */
export const OPEN_STATUSES = ['requested', 'processing'] as const satisfies PayoutStatus[];

export const isOpen = (status: PayoutStatus): boolean =>
  (OPEN_STATUSES as readonly PayoutStatus[]).includes(status);

/** What a caller asks for; the fields and their order are the wire's. */
export const PayoutRequest = v.object({
  amount_micro: PositiveMicro,
  network: v.picklist(networkNames),
  address: v.pipe(v.string(), v.nonEmpty()),
});
export type PayoutRequest = v.InferOutput<typeof PayoutRequest>;

/**
 * What nobody here has written might be longer than a page or a call to the bus can carry, and would
 * hold up all that travels with it.
 */
export const isShort = v.check<string>((text) => text.length <= 1024);

/**
 * A payout as its owner sees it; `id` is a UUIDv7 (RFC 9562), in the order of request. What it holds
 * is wider than what may be asked for: its network may be one that is no longer offered.
 */
export const Payout = v.object({
  id: StoredUuid,
  user_id: StoredUuid,
  ...PayoutRequest.entries,
  network: v.pipe(v.string(), v.nonEmpty(), isShort),
  address: v.pipe(v.string(), v.nonEmpty(), isShort),
  status: v.picklist(PAYOUT_STATUSES),
  tx_hash: v.optional(v.pipe(v.string(), isShort)),
  reason: v.optional(v.pipe(v.string(), isShort)),
  note: v.optional(v.pipe(v.string(), isShort)),
  requested_at: StoredTime,
  completed_at: v.optional(StoredTime),
});
export type Payout = v.InferOutput<typeof Payout>;

/** The owner, in a history. */
export const OWNER = 'user';

/** The service itself, where it does what the chain says. */
export const CHAIN = 'chain';

/**
 * A new payout, made at `nowMs`. Throws `payout_below_min` when the amount is below
 * `minPayoutMicro` and `payout_address_invalid` when the network has no such payable address, in
 * this order.
 */
export function newPayout(
  userId: string,
  request: PayoutRequest,
  minPayoutMicro: bigint,
  nowMs: number,
): Payout {
  if (request.amount_micro < minPayoutMicro)
    throw new ApiError('payout_below_min', { min_payout_micro: minPayoutMicro });
  if (!isPayableOn(request.network, request.address)) throw new ApiError('payout_address_invalid');
  return {
    id: newId(nowMs),
    user_id: userId,
    amount_micro: request.amount_micro,
    network: request.network,
    address: request.address,
    status: 'requested',
    requested_at: rfc3339(nowMs),
  };
}

/** The source of every event that this service publishes. */
const PAYOUT_EVENT_SOURCE = 'referral-payouts';

/** A change of a payout's status. */
export type PayoutChange = {
  /** The payout after the change, as its owner sees it. */
  payout: Payout;
  /** Null for a new payout. */
  previousStatus: PayoutStatus | null;
  /** When it changed (RFC 3339). */
  at: string;
  /** 1 for a new payout, and one more with each change: a reader's order, which no bus keeps. */
  sequence: number;
};

/** `detail` is JSON text, in which every integer keeps all its digits. */
export type PayoutEvent = { type: string; source: string; time: string; detail: string };

export const payoutEvent = ({
  payout,
  previousStatus,
  at,
  sequence,
}: PayoutChange): PayoutEvent => ({
  type: `referral.payout.${payout.status}`,
  source: PAYOUT_EVENT_SOURCE,
  time: at,
  detail: stringifyJson({ payout, previous_status: previousStatus, sequence, changed_at: at }),
});
