/** Why a payout was not paid, in one word for programs, and in a sentence for whoever waits for it. */
export const REASON_WORDS = {
  address_rejected: 'The address cannot be paid.',
  user_request: 'You asked us not to pay it.',
  compliance: 'We are not allowed to pay it.',
  insufficient_liquidity: 'We could not pay this amount at the time.',
  duplicate: 'It was asked for more than once.',
  other: 'The note says why.',
} as const;

export type Reason = keyof typeof REASON_WORDS;

export const REASONS = Object.keys(REASON_WORDS) as [Reason, ...Reason[]];
