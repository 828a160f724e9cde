/** The overview: the balance, and what a payout may be. */
import { fields, list, micro, text } from './fields.ts';
import type { Network } from './payout.ts';

/**
 * Where each micro-unit that was ever earned is now (1_000_000n = 1.00): pending, available,
 * reserved, paid out and spent add up to lifetime.
 */
export interface Balance {
  /** Earned, and not unlocked yet. */
  readonly pendingMicro: bigint;
  /**
   * What can be paid out at this moment; below zero when money that had already left was reversed.
   */
  readonly availableMicro: bigint;
  /** In payouts that are neither sent nor given back yet. */
  readonly reservedMicro: bigint;
  readonly paidOutMicro: bigint;
  /** On invoices. */
  readonly spentMicro: bigint;
  readonly lifetimeMicro: bigint;
}

export interface Overview {
  readonly balance: Balance;
  /** The least that a payout may be. */
  readonly minPayoutMicro: bigint;
  readonly networks: readonly Network[];
}

export function readOverview(reply: unknown): Overview {
  const wire = fields(reply);
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
    minPayoutMicro: micro(wire.min_payout_micro),
    networks: list(wire.networks, text),
  };
}
