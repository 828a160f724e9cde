/** What the billing side reports: rewards and invoices that come and go. */
import * as v from 'valibot';
import { visible } from './hidden-text.ts';
import { parseJson } from './json.ts';
import { PositiveMicro } from './money.ts';
import { Invoice, Reward } from './reward.ts';
import { anyTimestamp } from './time.ts';

const { user_id, reward_id } = Reward.entries;
const { invoice_id } = Invoice.entries;

/**
 * An event, which comes at least once and in any order; of the bus's envelope the parts that count.
 * `time` is when billing published it.
 */
export const BillingEvent = v.variant('detail-type', [
  v.object({
    'detail-type': v.literal('referral.reward.granted'),
    time: anyTimestamp(),
    detail: v.object({
      user_id,
      reward_id,
      amount_micro: PositiveMicro,
      unlocks_at: anyTimestamp(),
      source: v.pipe(v.string(), visible(), v.maxLength(256)),
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

/** The types of billing's events, for the rule that picks them from the bus. */
export const billingEventTypes = (): BillingEvent['detail-type'][] =>
  BillingEvent.options.map(({ entries }) => entries['detail-type'].literal);

/** An event that can never be applied. Its message names what is wrong, not what it says. */
export class EventRejectedError extends Error {
  override readonly name = 'EventRejectedError';
}

/** The event in this envelope (JSON text). Throws EventRejectedError with the names of fields. */
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
