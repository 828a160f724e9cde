/** `@triport/sdk`: referral payouts for browsers and Node. */

export { TriportClient } from './client.ts';
export {
  ERROR_TAGS,
  TriportError,
  type TriportErrorDetails,
  type TriportErrorTag,
} from './errors.ts';
export type { List, Page } from './list.ts';
export type * from './options.ts';
export type { Balance, DailyLimit, Overview, Reward, RewardStatus } from './overview.ts';
export {
  isFinal,
  type Network,
  type Payout,
  type PayoutReason,
  type PayoutRequest,
  type PayoutStatus,
} from './payout.ts';
export type { InvoiceSpend, Referrals } from './referrals.ts';
