/**
 * What billing gives and takes. A referral reward is pending until it unlocks, then available,
 * unless billing reverses it; an invoice may be paid from the balance.
 */
import * as v from 'valibot';
import { Uuid } from './ids.ts';
import { PositiveMicro } from './money.ts';
import { StoredTime } from './time.ts';

export const REWARD_STATUSES = ['pending', 'available', 'reversed'] as const;
export type RewardStatus = (typeof REWARD_STATUSES)[number];

/** Billing's own ids, not necessarily UUIDs. */
export const BillingId = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(128),
  v.regex(/^[\x21-\x7E]+$/),
);

/** When a reward was granted, and its id: what a user's list is sorted by. */
export const GrantedKey = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\x21-\x7E]{1,128}$/),
);

/** A reward as stored; times are RFC 3339 in UTC with milliseconds, whose text sorts as they do. */
export const Reward = v.object({
  user_id: Uuid,
  reward_id: BillingId,
  amount_micro: PositiveMicro,
  status: v.picklist(REWARD_STATUSES),
  unlocks_at: StoredTime,
  granted_at: StoredTime,
  source: v.string(),
});
export type Reward = v.InferOutput<typeof Reward>;

/** The status at `nowMs`: a reward whose time has come is available, moved yet or not. */
export const statusAt = ({ status, unlocks_at }: Reward, nowMs: number): RewardStatus =>
  status === 'pending' && Date.parse(unlocks_at) <= nowMs ? 'available' : status;

/** A reward as the lists show it. */
export const asListed = ({
  reward_id,
  amount_micro,
  status,
  unlocks_at,
  granted_at,
  source,
}: Reward) => ({
  id: reward_id,
  amount_micro,
  status,
  unlocks_at,
  granted_at,
  source,
});

export const INVOICE_STATUSES = ['open', 'covered', 'closed'] as const;

/** An invoice as stored; a covered one is the record of the spend. */
export const Invoice = v.object({
  user_id: Uuid,
  invoice_id: BillingId,
  status: v.picklist(INVOICE_STATUSES),
  total_micro: PositiveMicro,
  /** The spend that covered it, and when (RFC 3339). */
  covered_by: v.optional(v.string()),
  covered_at: v.optional(StoredTime),
});
export type Invoice = v.InferOutput<typeof Invoice>;

/** A wish to pay an invoice from the balance; the amount has to be the invoice's total. */
export const SpendRequest = v.object({ invoice_id: BillingId, amount_micro: PositiveMicro });
