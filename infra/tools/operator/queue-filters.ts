/** Which payouts of the queue are meant, by the options of `queue` and of `claim --next`. */
import type { Payout } from '../../../lib/payout.ts';
import { rfc3339 } from '../../../lib/time.ts';
import { durationOf, microOf } from '../text-table.ts';
import type { Option, Values } from './operator-options.ts';

/** Those that narrow down what waits, whoever has it. */
export const FILTERS = ['network', 'min', 'max', 'older-than'] as const satisfies Option[];

/** What the API is asked for; amounts in micro-units, and of an age the moment that it means. */
export function filterQuery(values: Values, nowMs: number): Record<string, string> {
  const { network, mine, min, max, 'needs-review': needsReview, 'older-than': age } = values;
  return {
    ...(network && { network }),
    ...(mine && { mine: 'true' }),
    ...(needsReview && { needs_review: 'true' }),
    ...(min && { min_micro: `${microOf(min)}` }),
    ...(max && { max_micro: `${microOf(max)}` }),
    ...(age && { requested_before: rfc3339(nowMs - (durationOf(age) ?? 0)) }),
  };
}

/**
 * Whether it is one of those that were asked for. An API that knows no filters yet gives all that
 * wait, and a command that changes something must not take that for an answer.
 */
export function fits(
  { network, amount_micro, requested_at }: Payout,
  query: Record<string, string>,
): boolean {
  const { min_micro = '0', max_micro, requested_before } = query;
  return (
    (query.network === undefined || network === query.network) &&
    amount_micro >= BigInt(min_micro) &&
    (max_micro === undefined || amount_micro <= BigInt(max_micro)) &&
    (requested_before === undefined || requested_at < requested_before)
  );
}
