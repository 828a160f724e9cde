/** The balance, what a payout may be, and the rewards that the balance comes from. */
import { fields, list, micro, type Open, optionalText, text } from './fields.ts';
import type { Network } from './payout.ts';

/**
 * Where each micro-unit that was ever earned is now (1_000_000n = 1.00): pending, available,
 * reserved, paid out and spent add up to lifetime.
 */
export interface Balance {
  /** Earned, and not unlocked yet. */
  readonly pendingMicro: bigint;
  /** What can be paid out now; below zero when money that had already left was reversed. */
  readonly availableMicro: bigint;
  /** In payouts that are neither sent nor given back yet. */
  readonly reservedMicro: bigint;
  readonly paidOutMicro: bigint;
  /** On invoices. */
  readonly spentMicro: bigint;
  readonly lifetimeMicro: bigint;
}

/** What may be requested in a day, in UTC. */
export interface DailyLimit {
  readonly limitMicro: bigint;
  /** What is left of it; a payout that is cancelled or fails gives back to the day of its request. */
  readonly remainingMicro: bigint;
  /** When the next day begins; RFC 3339 in UTC. */
  readonly resetsAt: string;
}

export interface Overview {
  readonly balance: Balance;
  /**
   * Only where too many rewards have just come to their time: the moment that the balance is of
   * (RFC 3339, UTC). What has come to its time since is still pending, so that available is at
   * least so much.
   */
  readonly countedUntil?: string;
  /** The least that a payout may be. */
  readonly minPayoutMicro: bigint;
  readonly networks: readonly Network[];
  /** Undefined where nothing limits a day. */
  readonly dailyLimit: DailyLimit | undefined;
}

export function readOverview(json: unknown): Overview {
  const wire = fields(json);
  const balance = fields(wire.balance);
  return {
    balance: {
      pendingMicro: micro(balance.pending_micro),
      availableMicro: micro(balance.available_micro),
      reservedMicro: micro(balance.reserved_micro),
      paidOutMicro: micro(balance.paid_out_micro),
      spentMicro: micro(balance.spent_micro),
      lifetimeMicro: micro(balance.lifetime_micro),
    },
    ...optionalText('countedUntil', wire.counted_until),
    minPayoutMicro: micro(wire.min_payout_micro),
    networks: list(wire.networks, text),
    dailyLimit: wire.daily_limit === undefined ? undefined : readDailyLimit(wire.daily_limit),
  };
}

function readDailyLimit(json: unknown): DailyLimit {
  const wire = fields(json);
  return {
    limitMicro: micro(wire.limit_micro),
    remainingMicro: micro(wire.remaining_micro),
    resetsAt: text(wire.resets_at),
  };
}

/** A status that is newer than this version comes as it is. */
export type RewardStatus = Open<'pending' | 'available' | 'reversed'>;

export interface Reward {
  readonly id: string;
  /** In micro-units (1_000_000n = 1.00), exact. */
  readonly amountMicro: bigint;
  readonly status: RewardStatus;
  /** From when on it counts as available; RFC 3339 in UTC, as `grantedAt`. */
  readonly unlocksAt: string;
  readonly grantedAt: string;
  /** What it was earned with. */
  readonly source: string;
}

export function readReward(json: unknown): Reward {
  const wire = fields(json);
  return {
    id: text(wire.id),
    amountMicro: micro(wire.amount_micro),
    status: text(wire.status),
    unlocksAt: text(wire.unlocks_at),
    grantedAt: text(wire.granted_at),
    source: text(wire.source),
  };
}
