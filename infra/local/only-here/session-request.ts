/** What `POST /_local/session` may ask for. */
import * as v from 'valibot';
import { parseJson } from '../../../lib/json.ts';
import { INT64_MAX } from '../../../lib/money.ts';
import { BillingId } from '../../../lib/reward.ts';

/** What was asked for cannot be had; the message is for the caller. */
export class RefusedError extends Error {}

/** What fits into one transaction (100 items) together with the account. */
const MOST = 50;

const INVOICE_ID_FORM = 'invoice_id must be 1 to 128 visible ASCII characters.';

const micro = (name: string, least: bigint) =>
  v.pipe(
    v.bigint(`${name} must be an integer.`),
    v.minValue(least, `${name} must ${least === 0n ? 'not be negative' : 'be positive'}.`),
    v.maxValue(INT64_MAX, `${name} must be an int64.`),
  );

const upTo50 = <Item extends v.GenericSchema>(name: string, item: Item) =>
  v.optional(
    v.pipe(
      v.array(item, `${name} must be a list.`),
      v.maxLength(MOST, `${name} may have at most ${MOST} items.`),
    ),
  );

const PendingReward = v.object(
  {
    amount_micro: micro('amount_micro', 1n),
    unlocks_at: v.pipe(
      v.string('unlocks_at must be a string.'),
      v.isoTimestamp('unlocks_at must be an RFC 3339 time.'),
      v.transform((time) => new Date(time).toISOString()),
    ),
  },
  'pending must list objects with amount_micro and unlocks_at.',
);

const OpenInvoice = v.object(
  {
    invoice_id: v.optional(
      v.pipe(
        v.unknown(),
        v.check((id) => v.is(BillingId, id), INVOICE_ID_FORM),
        v.transform(String),
      ),
    ),
    total_micro: micro('total_micro', 1n),
  },
  'invoices must list objects with total_micro.',
);

const SessionRequest = v.object(
  {
    available_micro: v.optional(micro('available_micro', 0n)),
    pending: upTo50('pending', PendingReward),
    invoices: upTo50('invoices', OpenInvoice),
    user_id: v.optional(
      v.pipe(
        v.string('user_id must be a string.'),
        v.uuid('user_id must be a UUID.'),
        v.transform((id) => id.toLowerCase()),
      ),
    ),
  },
  'The body must be a JSON object.',
);
/** Money is in micro-units, times are RFC 3339 in UTC with milliseconds. */
export type SessionRequest = v.InferOutput<typeof SessionRequest>;

/** Throws RefusedError with a sentence that says what is wrong with it. */
export function parseSessionRequest(body: Buffer): SessionRequest {
  let parsed: v.SafeParseResult<typeof SessionRequest>;
  try {
    const value = body.length === 0 ? {} : parseJson(body.toString('utf8'));
    parsed = v.safeParse(SessionRequest, value, { abortEarly: true });
  } catch {
    throw new RefusedError('The body is not JSON.');
  }
  if (!parsed.success) throw new RefusedError(parsed.issues[0].message);
  return parsed.output;
}
