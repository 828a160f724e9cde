/** What refusals say, for tests. */
import { expect } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';

/** What there is beside tag, sentence and request id. */
const SAID: Partial<Record<ErrorTag, string[]>> = {
  invalid_args: ['field'],
  payout_below_min: ['min_payout_micro'],
  payout_not_actionable: ['status'],
  payout_may_be_sent: ['attempts'],
  payout_evidence_mismatch: ['why'],
  payout_limit_exceeded: ['limit_micro', 'remaining_micro', 'resets_at'],
  outflow_budget_exceeded: ['limit_micro', 'remaining_micro', 'resets_at'],
};

/** Of these each refusal has a sentence of its own. */
const TOLD_APART = ['invalid_args', 'invalid_json', 'payout_not_final', 'payout_evidence_mismatch'];

/** The whole body of a refusal; its sentence is that of the table where there is no other. */
export const refusalBody = (tag: ErrorTag, to: 'user' | 'operator' = 'user') => ({
  error: tag,
  message: TOLD_APART.includes(tag) ? expect.any(String) : errors[tag].message,
  request_id: expect.any(String),
  ...Object.fromEntries((SAID[tag] ?? []).map((name) => [name, expect.anything()])),
  ...(to === 'operator' &&
    tag === 'payout_not_actionable' && { by: expect.any(String), since: expect.any(String) }),
});
