/** Payouts: what is asked for, and what became of it. */
import { fields, micro, type Open, optionalText, text } from './fields.ts';

/** Where a payout can go; a network that is newer than this version can be named all the same. */
export type Network = Open<'solana' | 'ethereum' | 'polygon'>;

/** `sent`, `failed` and `cancelled` are final. One newer than this version comes as it is. */
export type PayoutStatus = Open<'requested' | 'processing' | 'sent' | 'failed' | 'cancelled'>;

export type PayoutReason = Open<
  | 'address_rejected'
  | 'user_request'
  | 'compliance'
  | 'insufficient_liquidity'
  | 'duplicate'
  | 'other'
>;

export interface PayoutRequest {
  /** In micro-units, 25_000_000 for 25.00; a bigint, or a number that is a safe integer. */
  readonly amountMicro: number | bigint;
  readonly network: Network;
  /** An address of that network; the API checks its form, nobody checks its owner. */
  readonly address: string;
}

export interface Payout {
  /** A UUIDv7: the order of ids is the order of requests. */
  readonly id: string;
  readonly userId: string;
  /** In micro-units (1_000_000n = 1.00), exact. */
  readonly amountMicro: bigint;
  readonly network: Network;
  /** As it was given. */
  readonly address: string;
  readonly status: PayoutStatus;
  /** The transaction that paid it, once it is `sent`. */
  readonly txHash?: string;
  /** Why it was not paid, in one word. One newer than this version comes as it is. */
  readonly reason?: PayoutReason;
  /** What the operators have to say about it. */
  readonly note?: string;
  /** RFC 3339 in UTC, as `completedAt`. */
  readonly requestedAt: string;
  /** When the status became final. */
  readonly completedAt?: string;
}

export function readPayout(json: unknown): Payout {
  const wire = fields(json);
  return {
    id: text(wire.id),
    userId: text(wire.user_id),
    amountMicro: micro(wire.amount_micro),
    network: text(wire.network),
    address: text(wire.address),
    status: text(wire.status),
    ...optionalText('txHash', wire.tx_hash),
    ...optionalText('reason', wire.reason),
    ...optionalText('note', wire.note),
    requestedAt: text(wire.requested_at),
    ...optionalText('completedAt', wire.completed_at),
  };
}

const FINAL: readonly string[] = ['sent', 'failed', 'cancelled'] satisfies PayoutStatus[];

/**
 * Whether nothing will change any more; a final status that is newer than this version is known by
 * its time.
 *
 * @example
 * const open = items.filter((payout) => !isFinal(payout));
 */
export const isFinal = ({ status, completedAt }: Payout): boolean =>
  FINAL.includes(status) || completedAt !== undefined;
