/** What callers may set: once for a client, or for a call. Null counts as absent. */
import type { RewardStatus } from './overview.ts';
import type { PayoutStatus } from './payout.ts';

export interface ClientOptions {
  /** `https://api.triport.io` by default; a page may give a path of its own origin, such as `/`. */
  readonly baseUrl?: string | null | undefined;
  /**
   * The console session's token, for Node: it is sent as the cookie `nl_session`. Leave it out in a
   * browser, which sends the cookie itself and lets no page set one.
   */
  readonly session?: string | null | undefined;
  /** In place of the global `fetch`; it must leave retries to the client. */
  readonly fetch?: typeof globalThis.fetch | null | undefined;
  /** Milliseconds for one attempt, 20,000 by default: longer than the service itself ever takes. */
  readonly timeoutMs?: number | null | undefined;
  /** How often a call that failed for no fault of its own is sent again, 4 times by default. */
  readonly maxRetries?: number | null | undefined;
}

export interface CallOptions {
  /** Ends the call, its retries and its pauses: it rejects with the tag `aborted`. */
  readonly signal?: AbortSignal | null | undefined;
}

export interface WriteOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters, without a comma, that name this write: for 24 hours the API
   * carries it out once, however often it is asked. Without it each call makes one up, and keeps it
   * across its retries.
   */
  readonly idempotencyKey?: string | null | undefined;
}

interface ListOptions<Status> extends CallOptions {
  /** The most items of a page, 1 to 200; 50 by default. */
  readonly limit?: number | null | undefined;
  /** How many items to skip. A cursor does the same at a cost that does not grow. */
  readonly offset?: number | null | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | null | undefined;
  /** Only items in this status, or in one of these. */
  readonly status?: Status | readonly Status[] | null | undefined;
}

export interface ListPayoutsOptions extends ListOptions<PayoutStatus> {}
export interface ListRewardsOptions extends ListOptions<RewardStatus> {}

export interface WaitOptions extends CallOptions {
  /** After how many milliseconds to ask for the last time: 600,000 by default, or Infinity. */
  readonly maxWaitMs?: number | null | undefined;
}
