/** Every error a caller can see, in order of precedence: of several the first is given. */

export const errors = {
  unauthenticated: { status: 401, message: 'Sign in to the console to use this endpoint.' },
  invalid_payout_id: { status: 400, message: 'The payout id in the path is not a UUID.' },
  invalid_user_id: { status: 400, message: 'The user id in the path is not a UUID.' },
  invalid_json: {
    status: 400,
    message: 'The request body must be a JSON document of at most 4 KiB.',
  },
  invalid_args: { status: 400, message: 'A field is missing or has a value that is not allowed.' },
  tx_hash_required: { status: 400, message: 'A sent payout needs the hash of its transaction.' },
  payout_below_min: { status: 400, message: 'The amount is below the minimum payout.' },
  payout_address_invalid: {
    status: 400,
    message: 'This address cannot be paid on the chosen network.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This idempotency key was used with a different request.',
  },
  payout_limit_exceeded: {
    status: 400,
    message: 'This is more than may be requested in a day.',
  },
  invoice_not_eligible: { status: 404, message: 'There is no open invoice with this id.' },
  amount_mismatch: { status: 400, message: 'The amount is not the total of the invoice.' },
  user_not_found: { status: 404, message: 'There is no account of this user.' },
  payout_not_found: { status: 404, message: 'There is no payout with this id.' },
  payout_not_actionable: {
    status: 409,
    message: 'The payout is no longer in a state that allows this.',
  },
  payout_may_be_sent: {
    status: 409,
    message: 'A transaction of this payout may still land.',
  },
  payout_not_final: {
    status: 409,
    message: 'The chain does not say yet that this transaction is final.',
  },
  payout_evidence_mismatch: {
    status: 409,
    message: 'This transaction is not the payment of the payout.',
  },
  approval_required: {
    status: 403,
    message: 'Another identity has to decide this.',
  },
  account_frozen: {
    status: 403,
    message: 'Payouts and spends of this account are held back.',
  },
  outflow_budget_exceeded: {
    status: 409,
    message: 'This is more than may be claimed today on this network.',
  },
  balance_insufficient: { status: 400, message: 'The amount is more than the available balance.' },
  internal: {
    status: 500,
    message: 'Something went wrong on our side. Repeat the request to learn its outcome.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorTag = keyof typeof errors;

const MICRO = 'an integer of micro-units from 1 to 9223372036854775807';
const NOTE = 'a string of 1 to 500 characters of which people see at least one';

/** What each field must be, to be said of one that is not; no more is known of the others. */
const FIELDS: Record<string, string> = {
  body: 'a JSON object',
  amount_micro: 'a JSON integer of micro-units from 1 to 9223372036854775807',
  address: 'a string that is not empty',
  invoice_id: 'a string of 1 to 128 visible ASCII characters',
  internal_note: NOTE,
  max_micro: MICRO,
  min_micro: MICRO,
  network: 'the name of a network',
  note: NOTE,
  requested_before: 'a time such as 2026-11-27T03:20:00Z',
  tx_hash: 'the hash of a transaction on the network of the payout, and no placeholder',
  cursor: 'the next_cursor of the page before, to the letter',
  'idempotency-key': '1 to 255 visible ASCII characters without a comma',
};

/** What is wrong with a field, which may be a part of the body, a parameter or a header. */
export type Fault = 'is missing' | 'has the wrong type' | 'is too long' | 'is not allowed';

/** What an error says beside its tag and its sentence; clients need none of it to branch. */
export type ErrorDetails = {
  field?: string;
  min_payout_micro?: bigint;
  /** The payout's, and for operators alone, who brought it there and when (RFC 3339). */
  status?: string;
  by?: string | undefined;
  since?: string;
  /** To operators: those of a payout that may be sent. */
  attempts?: string[];
  /** To operators: why a transaction is not the payment of a payout (settlement/evidence.ts). */
  why?: string;
  /** The user's limit of the day, or to operators a network's budget; when the next day begins. */
  limit_micro?: bigint;
  remaining_micro?: bigint;
  resets_at?: string;
};

/** A refusal for the caller to see. Anything else that is thrown becomes a blank `internal`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly tag: ErrorTag;
  readonly details: ErrorDetails;

  /** The message must be safe to show: it never repeats what the caller wrote. */
  constructor(tag: ErrorTag, details: ErrorDetails = {}, message: string = errors[tag].message) {
    super(message);
    this.tag = tag;
    this.details = details;
  }
}

/** `invalid_args` for this field, by a name that is ours and not the caller's. */
export function invalidField(
  field: string,
  fault: Fault = 'is not allowed',
  must = FIELDS[field],
): ApiError {
  const rule = must && `; it must be ${must}`;
  return new ApiError('invalid_args', { field }, `The value of ${field} ${fault}${rule ?? ''}.`);
}

/** A stored item of another shape than this code writes. Nobody's money is worked out from it. */
export class CorruptItemError extends Error {
  override readonly name = 'CorruptItemError';
}

/** The time for a write ran out before the database said whether it was applied. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

/** What a failure is called while an earlier send of the write may still arrive. */
export const inDoubtOr = (error: unknown, inDoubt: boolean, id: string): unknown =>
  !inDoubt || error instanceof ApiError || error instanceof OutcomeUnknownError
    ? error
    : new OutcomeUnknownError(`${id}: failed after a lost reply`, { cause: error });
