/** The limits of what leaves, which are the simulated stage's own. */

/** Above it a payout needs an approval, in micro-units. */
export const APPROVAL_ABOVE_MICRO = 45_000_000n;

/** What may be claimed of a network in a UTC day, in micro-units; the others have no limit. */
export const BUDGETS_MICRO: Readonly<Record<string, bigint>> = {
  solana: 60_000_000n,
  ethereum: 150_000_000n,
};

/** What a user may request in a UTC day: one amount beyond 2^53, and little more beside it. */
export const USER_DAILY_LIMIT_MICRO = 9_007_199_254_740_993n + 60_000_000n;

/** The UTC day of the moment. */
export const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** The moment at which the day is over (RFC 3339). */
export const endOf = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString();
