/** Rewards: where the balance comes from. */
import { fields, micro, type Open, text } from './fields.ts';

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

export function readReward(reply: unknown): Reward {
  const wire = fields(reply);
  return {
    id: text(wire.id),
    amountMicro: micro(wire.amount_micro),
    status: text(wire.status),
    unlocksAt: text(wire.unlocks_at),
    grantedAt: text(wire.granted_at),
    source: text(wire.source),
  };
}
