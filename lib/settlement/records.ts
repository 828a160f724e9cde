/** What is kept beside a payout for those who settle it; of all of it its owner sees the reason. */

/** Why a payout was not paid, in one word for programs; the note says it to people. */
export const REASONS = [
  'address_rejected',
  'user_request',
  'compliance',
  'insufficient_liquidity',
  'duplicate',
  'other',
] as const;
