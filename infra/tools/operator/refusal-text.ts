/** Tells a person why something was refused, and what can be done about it. */
import * as v from 'valibot';
import type { ErrorTag } from '../../../lib/errors.ts';
import { money, printable } from '../text-table.ts';

const Refusal = v.object({
  error: v.string(),
  message: v.string(),
  request_id: v.string(),
  status: v.optional(v.string()),
  by: v.optional(v.string()),
  since: v.optional(v.string()),
  attempts: v.optional(v.array(v.string())),
  limit_micro: v.optional(v.bigint()),
  remaining_micro: v.optional(v.bigint()),
  resets_at: v.optional(v.string()),
});
type Refusal = v.InferOutput<typeof Refusal>;

/** What can be done, where the sentence of the API does not say it. */
const ADVICE: { readonly [Tag in ErrorTag]?: string } = {
  approval_required:
    'Whoever approves a payout never pays it, and whoever claimed it never reviews it: ask another operator (approve, review).',
  account_frozen: 'The command user, with its user_id, says who froze it and why.',
  payout_not_final:
    'It becomes sent by itself once it is final and right, and is listed first in the queue where it is not.',
  payout_evidence_mismatch:
    'Nothing was changed: look at the hash, and at what the transaction did pay.',
  payout_may_be_sent:
    'Where none of these can land any more, another operator says so: review --dead.',
};

const HINTS: Record<number, string> = {
  403: ' Check the credentials, the region and the clock.',
  404: ' Check the URL: an API with a domain answers there alone.',
  503: ' Payouts may have been paused (resume starts them again).',
};

/** The tag of the API's own refusal; undefined where the gateway answered in its place. */
export function errorOf(json: unknown): ErrorTag | undefined {
  const refusal = v.safeParse(Refusal, json);
  return refusal.success ? (refusal.output.error as ErrorTag) : undefined;
}

/** The API's own sentence, or what is known when the gateway answered in its place. */
export function refusalText(status: number, json: unknown): string {
  const refusal = v.safeParse(Refusal, json);
  if (!refusal.success)
    return `The gateway refused the request with ${status}.${HINTS[status] ?? ''}`;
  const { error, message, request_id } = refusal.output;
  const advice = Object.hasOwn(ADVICE, error) ? ADVICE[error as ErrorTag] : undefined;
  const sentences = [message, ...factsOf(refusal.output), ...(advice ? [advice] : [])];
  return printable(`${error}: ${sentences.join(' ')} (request ${request_id})`);
}

function* factsOf(refusal: Refusal): Generator<string> {
  const { status, by, since, attempts, limit_micro, remaining_micro, resets_at } = refusal;
  if (status !== undefined)
    yield by === undefined ? `It is ${status}.` : `It is ${status} by ${by} since ${since ?? ''}.`;
  if (attempts !== undefined) yield `It may be paid by ${attempts.join(', ')}.`;
  if (limit_micro !== undefined && remaining_micro !== undefined)
    yield `Of ${money(limit_micro)} for the day ${money(remaining_micro)} are left, until ${resets_at ?? ''}; ` +
      'what another operator has approved can be claimed all the same.';
}
