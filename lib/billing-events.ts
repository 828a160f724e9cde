/**
 * What the billing side reports, at least once and in any order: rewards and invoices that come and
 * go.
 */
import * as v from 'valibot';
import { Invoice } from './invoice.ts';
import { parseJson } from './json.ts';
import { PositiveMicro } from './money.ts';
import { Reward } from './reward.ts';
import { AnyTimestamp } from './timestamp.ts';

const { user_id, reward_id } = Reward.entries;
const { invoice_id } = Invoice.entries;

/** The parts of the event bus's envelope that count; `time` is when billing published the event. */
export const BillingEvent = v.variant('detail-type', [
  v.object({
    'detail-type': v.literal('referral.reward.granted'),
    time: AnyTimestamp,
    detail: v.object({
      user_id,
      reward_id,
      amount_micro: PositiveMicro,
      unlocks_at: AnyTimestamp,
      source: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
    }),
  }),
  v.object({
    'detail-type': v.literal('referral.reward.reversed'),
    detail: v.object({ user_id, reward_id }),
  }),
  v.object({
    'detail-type': v.literal('billing.invoice.opened'),
    detail: v.object({ user_id, invoice_id, total_micro: PositiveMicro }),
  }),
  v.object({
    'detail-type': v.literal('billing.invoice.closed'),
    detail: v.object({ user_id, invoice_id }),
  }),
]);
export type BillingEvent = v.InferOutput<typeof BillingEvent>;

/**
 * An event that cannot be applied, now or later. The message names what is wrong with it, but
 * nothing that it says.
 */
export class EventRejectedError extends Error {
  override readonly name = 'EventRejectedError';
}

/**
 * The event in this envelope (JSON text). Throws EventRejectedError with the names of the failing
 * fields.
 */
export function parseBillingEvent(envelope: string): BillingEvent {
  const parsed = v.safeParse(BillingEvent, jsonOf(envelope));
  if (parsed.success) return parsed.output;
  const fields = new Set(parsed.issues.map((issue) => v.getDotPath(issue) ?? 'the envelope'));
  throw new EventRejectedError(`malformed: ${[...fields].join(', ')}`);
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new EventRejectedError('not JSON');
  }
}
