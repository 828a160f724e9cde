/** `@triport/sdk`: referral payouts for browsers and Node. */
export { TriportClient } from './client.ts';
export { TriportError, type TriportErrorDetails, type TriportErrorTag } from './errors.ts';
export type { List, Page } from './list.ts';
export type {
  CallOptions,
  ClientOptions,
  ListPayoutsOptions,
  ListRewardsOptions,
  WaitOptions,
  WriteOptions,
} from './options.ts';
export type { Balance, Overview } from './overview.ts';
export type { Network, Payout, PayoutRequest, PayoutStatus } from './payout.ts';
export type { InvoiceSpend, Referrals } from './referrals.ts';
export type { Reward, RewardStatus } from './reward.ts';
