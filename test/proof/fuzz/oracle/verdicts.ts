/** The answers that the contract knows. */

/** Status by tag. */
export const ERRORS = {
  unauthenticated: 401,
  invalid_payout_id: 400,
  invalid_user_id: 400,
  invalid_json: 400,
  invalid_args: 400,
  tx_hash_required: 400,
  payout_below_min: 400,
  payout_address_invalid: 400,
  idempotency_key_reused: 422,
  invoice_not_eligible: 404,
  amount_mismatch: 400,
  balance_insufficient: 400,
  payout_not_found: 404,
  payout_not_actionable: 409,
} as const;
export type Tag = keyof typeof ERRORS;

/** What the gateway itself says, by status. */
export const GATEWAY = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
};

export type Success = {
  kind: 'success';
  status: 200 | 202;
  /**
   * The JSON text that must come, given the text that came, for what only the service knows. Throws
   * WrongAnswer.
   */
  text: (given: string) => string;
  /** Also the spelling must be the same, and the answer must say that it is a repetition. */
  replayed?: boolean;
  /** Whether something must have been written. */
  writes: boolean;
  /** What is true from now on. */
  effect?: (given: string) => void;
};

export type Expectation =
  | { kind: 'gateway'; status: keyof typeof GATEWAY }
  | { kind: 'preflight' }
  | { kind: 'refusal'; tag: Tag }
  | Success;

/** Thrown in the course of a prediction. */
export class Refused extends Error {
  readonly tag: Tag;
  constructor(tag: Tag) {
    super(tag);
    this.tag = tag;
  }
}

/** What the answer says cannot be. */
export class WrongAnswer extends Error {}

export const ok = (text: string): Success => ({
  kind: 'success',
  status: 200,
  text: () => text,
  writes: false,
});

/** How an answer is named in the histogram. */
export function nameOf(expectation: Expectation, method = ''): string {
  switch (expectation.kind) {
    case 'gateway':
      return `${expectation.status} ${method === 'HEAD' ? '(HEAD)' : GATEWAY[expectation.status]}`;
    case 'preflight':
      return '204 preflight';
    case 'refusal':
      return `${ERRORS[expectation.tag]} ${expectation.tag}`;
    case 'success':
      return `${expectation.status}${expectation.replayed ? ' replayed' : expectation.writes ? ' written' : ''}`;
  }
}
