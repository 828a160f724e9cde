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
  invoice_not_eligible: { status: 404, message: 'There is no open invoice with this id.' },
  amount_mismatch: { status: 400, message: 'The amount is not the total of the invoice.' },
  balance_insufficient: { status: 400, message: 'The amount is more than the available balance.' },
  payout_not_found: { status: 404, message: 'There is no payout with this id.' },
  payout_not_actionable: {
    status: 409,
    message: 'The payout is no longer in a state that allows this.',
  },
  internal: {
    status: 500,
    message: 'Something went wrong on our side. Repeat the request to learn its outcome.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorTag = keyof typeof errors;

/** A refusal for the caller to see. Anything else that is thrown becomes a blank `internal`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly tag: ErrorTag;

  constructor(tag: ErrorTag) {
    super(errors[tag].message);
    this.tag = tag;
  }
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
