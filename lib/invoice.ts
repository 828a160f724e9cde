/** An invoice that a user may pay from the balance; a covered one is the record of the spend. */
import * as v from 'valibot';
import { Uuid } from './ids.ts';
import { PositiveMicro } from './money.ts';
import { BillingId } from './reward.ts';
import { StoredTime } from './time.ts';

export const INVOICE_STATUSES = ['open', 'covered', 'closed'] as const;

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
