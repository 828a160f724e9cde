/** Adds up a user's rewards, payouts and invoices, as far as each moves money. */
import * as v from 'valibot';
import { Invoice } from '../../invoice.ts';
import { Payout } from '../../payout.ts';
import { Reward } from '../../reward.ts';

/** The sums so far: nothing else is kept, since a long history does not fit in memory. */
export type Tally = {
  pendingMicro: bigint;
  /** Of every reward that was not reversed. */
  earnedMicro: bigint;
  reservedMicro: bigint;
  paidOutMicro: bigint;
  spentMicro: bigint;
  /** The first few items that are not what this code writes, each with its failing attributes. */
  corrupt: string[];
  corruptCount: number;
};

const CORRUPT_NAMED_MAX = 10;

const absent = v.optional(v.undefined());
const shard = v.pipe(v.string(), v.regex(/^[0-9a-f]$/));

/**
 * The attributes that move money, and those of the sparse indexes: a pending reward that is not in
 * them would never unlock, and one that stays in them would be unlocked for ever.
 */
const RewardEntry = v.variant('status', [
  v.object({
    status: v.literal('pending'),
    amount_micro: Reward.entries.amount_micro,
    pending_until: Reward.entries.unlocks_at,
    due_shard: shard,
  }),
  v.object({
    status: v.literal('available'),
    amount_micro: Reward.entries.amount_micro,
    pending_until: absent,
    due_shard: absent,
  }),
  // A reversal that came before its grant leaves a reward without an amount.
  v.object({
    status: v.literal('reversed'),
    amount_micro: v.optional(Reward.entries.amount_micro),
    pending_until: absent,
    due_shard: absent,
  }),
]);

const { amount_micro, id } = Payout.entries;
const queueKey = (prefix: 'open' | 'done') => v.pipe(v.string(), v.startsWith(`${prefix}#`));

/** With what the operators' queue finds it by, or an open payout would never be settled. */
const PayoutEntry = v.variant('status', [
  v.object({
    id,
    amount_micro,
    status: v.picklist(['requested', 'processing']),
    shard,
    queue_key: queueKey('open'),
  }),
  v.object({
    id,
    amount_micro,
    status: v.picklist(['sent', 'failed', 'cancelled']),
    shard,
    queue_key: queueKey('done'),
  }),
]);

const { total_micro } = Invoice.entries;
const InvoiceEntry = v.variant('status', [
  v.object({ status: v.literal('open'), total_micro }),
  v.object({ status: v.literal('covered'), total_micro, covered_by: v.string() }),
  // A closing that came before its opening leaves an invoice without a total.
  v.object({ status: v.literal('closed'), total_micro: v.optional(total_micro) }),
]);

export const emptyTally = (): Tally => ({
  pendingMicro: 0n,
  earnedMicro: 0n,
  reservedMicro: 0n,
  paidOutMicro: 0n,
  spentMicro: 0n,
  corrupt: [],
  corruptCount: 0,
});

/**
 * Adds a stored reward, of which `reward_id` and the attributes of its entry above have been read.
 */
export function addReward(tally: Tally, item: Record<string, unknown>): void {
  const entry = parse(RewardEntry, tally, 'reward', item.reward_id, item);
  if (entry === undefined || entry.status === 'reversed') return;
  tally.earnedMicro += entry.amount_micro;
  if (entry.status === 'pending') tally.pendingMicro += entry.amount_micro;
}

export function addPayout(tally: Tally, item: Record<string, unknown>): void {
  const entry = parse(PayoutEntry, tally, 'payout', item.id, item);
  if (entry?.status === 'requested' || entry?.status === 'processing')
    tally.reservedMicro += entry.amount_micro;
  if (entry?.status === 'sent') tally.paidOutMicro += entry.amount_micro;
}

export function addInvoice(tally: Tally, item: Record<string, unknown>): void {
  const entry = parse(InvoiceEntry, tally, 'invoice', item.invoice_id, item);
  if (entry?.status === 'covered') tally.spentMicro += entry.total_micro;
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  tally: Tally,
  kind: string,
  itemId: unknown,
  item: unknown,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, item);
  if (parsed.success) return parsed.output;
  tally.corruptCount++;
  if (tally.corrupt.length < CORRUPT_NAMED_MAX)
    tally.corrupt.push(`${kind} ${itemId}: ${failingAttributes(schema, item).join(', ')}`);
  return undefined;
}

export const failingAttributes = (schema: v.GenericSchema, item: unknown): string[] =>
  (v.safeParse(schema, item).issues ?? []).map((issue) => v.getDotPath(issue) ?? issue.message);
