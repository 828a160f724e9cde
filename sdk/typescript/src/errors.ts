/** The one error that calls end in, told apart by its tag. */
import type { Payout, PayoutStatus } from './payout.ts';

/** The API's own, in its order of precedence, and what may happen on the way to it. */
export const ERROR_TAGS = [
  'unauthenticated',
  'invalid_payout_id',
  'invalid_user_id',
  'invalid_json',
  'invalid_args',
  'tx_hash_required',
  'payout_below_min',
  'payout_address_invalid',
  'idempotency_key_reused',
  'payout_limit_exceeded',
  'invoice_not_eligible',
  'amount_mismatch',
  'user_not_found',
  'payout_not_found',
  'payout_not_actionable',
  'payout_may_be_sent',
  'payout_not_final',
  'payout_evidence_mismatch',
  'approval_required',
  'account_frozen',
  'outflow_budget_exceeded',
  'balance_insufficient',
  'internal',
  'network',
  'timeout',
  'aborted',
  'unavailable',
  'unexpected',
] as const;

/**
 * Why a call failed. The API's own tags are those of its error table; five are this library's:
 *
 * - `network`: the connection failed, or broke before the whole response was here.
 * - `timeout`: no whole response within `timeoutMs`, or no final status within `maxWaitMs`.
 * - `aborted`: by the caller's `signal`, whose reason is the error's `cause`.
 * - `unavailable`: the gateway in front of the API turned the call away (429) or failed (5xx).
 * - `unexpected`: a response that is none of the API's, or of a newer one.
 */
export type TriportErrorTag = (typeof ERROR_TAGS)[number];

export interface TriportErrorDetails
  extends Partial<Omit<TriportError, keyof Error | 'tag' | 'toJSON'>> {
  readonly cause?: unknown;
}

/**
 * A call that failed. Branch on `tag` alone; the message is for people, and may change.
 *
 * @example
 * const payout = await client.referrals.createPayout(request).catch((error) => {
 *   if (!(error instanceof TriportError && error.outcomeUnknown)) throw error;
 *   const { idempotencyKey } = error; // asks what became of it, and finishes it
 *   return client.referrals.createPayout(request, { idempotencyKey });
 * });
 */
export class TriportError extends Error {
  override readonly name = 'TriportError';
  readonly tag: TriportErrorTag;
  /** The HTTP status of the last response; undefined when the last attempt had none. */
  readonly status: number | undefined;
  /** The last response's id, to be named to support. */
  readonly requestId: string | undefined;
  /**
   * Whether a write may have happened, or may yet: some attempt had no definite end. Repeat the
   * call with the same arguments and this error's `idempotencyKey` within 24 hours to learn which,
   * and to finish it. When false, this call wrote nothing; what an earlier one left in doubt under
   * the same key, it does not tell.
   */
  readonly outcomeUnknown: boolean;
  /** The key that every attempt of this write carried; undefined for reads. */
  readonly idempotencyKey: string | undefined;
  /** How long the last response asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** Of `invalid_args`: the field of the body, parameter or header that is wrong, as the API names it. */
  readonly field: string | undefined;
  /** Of `payout_below_min`: the smallest payout that is accepted. */
  readonly minPayoutMicro: bigint | undefined;
  /** Of `payout_limit_exceeded`: what may be requested in a day, and what is left of it. */
  readonly limitMicro: bigint | undefined;
  readonly remainingMicro: bigint | undefined;
  /** Of `payout_limit_exceeded`: when the next day begins; RFC 3339 in UTC. */
  readonly resetsAt: string | undefined;
  /** Of `payout_not_actionable`: the status that the payout has. */
  readonly payoutStatus: PayoutStatus | undefined;
  /** As `waitForPayout` saw it last, when its time was up. */
  readonly payout: Payout | undefined;

  constructor(tag: TriportErrorTag, message: string, details?: TriportErrorDetails | null) {
    super(message, { cause: details?.cause });
    this.tag = tag;
    this.status = details?.status;
    this.requestId = details?.requestId;
    this.outcomeUnknown = details?.outcomeUnknown ?? false;
    this.idempotencyKey = details?.idempotencyKey;
    this.retryAfterMs = details?.retryAfterMs;
    this.field = details?.field;
    this.minPayoutMicro = details?.minPayoutMicro;
    this.limitMicro = details?.limitMicro;
    this.remainingMicro = details?.remainingMicro;
    this.resetsAt = details?.resetsAt;
    this.payoutStatus = details?.payoutStatus;
    this.payout = details?.payout;
  }

  /**
   * What JSON.stringify writes, which by itself leaves the message of an Error out: every property,
   * amounts in digits and the cause as its text, since a cause may be anything.
   *
   * @example
   * const error = new TriportError('network', 'Nobody was there.');
   * console.log(JSON.stringify({ error })); // ... "message":"Nobody was there." ...
   */
  toJSON(): Record<string, unknown> {
    const { name, message, payout, cause, minPayoutMicro, limitMicro, remainingMicro } = this;
    return {
      name,
      message,
      ...(this as object),
      minPayoutMicro: digits(minPayoutMicro),
      limitMicro: digits(limitMicro),
      remainingMicro: digits(remainingMicro),
      payout: payout && { ...payout, amountMicro: String(payout.amountMicro) },
      cause: cause instanceof Error ? String(cause) : undefined,
    };
  }
}

const digits = (micro: bigint | undefined): string | undefined =>
  micro === undefined ? undefined : String(micro);

export const isErrorTag = (tag: unknown): tag is TriportErrorTag =>
  (ERROR_TAGS as readonly unknown[]).includes(tag);
