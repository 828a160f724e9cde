/** What reconciliation reads of each kind of item, and when one is not what this code writes. */
import * as v from 'valibot';
import { isOpen } from '../../payout.ts';
import { Invoice, Reward } from '../../reward.ts';
import { lookKeyOf } from '../../settlement/look.ts';
import { type PayoutWithHistory, StoredPayout } from '../../settlement/payout-with-history.ts';
import { CLOCKS_DIFFER_MS } from '../../time.ts';
import { shardOf } from '../dynamodb/indexes.ts';
import type { Item } from '../dynamodb/read.ts';
import { DONE, OPEN } from '../payouts/payout-items.ts';

const { user_id, reward_id, unlocks_at, granted_at, source } = Reward.entries;
const rewardBase = { user_id, reward_id };
const granted = { ...rewardBase, amount_micro: Reward.entries.amount_micro, granted_at, source };

const RewardEntry = v.variant('status', [
  v.object({ ...granted, status: v.literal('pending'), unlocks_at }),
  v.object({ ...granted, status: v.literal('available'), unlocks_at }),
  // A reversal that came before its grant leaves a reward without an amount.
  v.object({
    ...rewardBase,
    status: v.literal('reversed'),
    amount_micro: v.optional(granted.amount_micro),
    granted_at: v.optional(granted_at),
    source: v.optional(source),
  }),
]);
type RewardEntry = v.InferOutput<typeof RewardEntry>;

const { invoice_id, total_micro } = Invoice.entries;
const InvoiceEntry = v.variant('status', [
  v.object({ invoice_id, status: v.literal('open'), total_micro }),
  v.object({ invoice_id, status: v.literal('covered'), total_micro, covered_by: v.string() }),
  // A closing that came before its opening leaves an invoice without a total.
  v.object({ invoice_id, status: v.literal('closed'), total_micro: v.optional(total_micro) }),
]);

/** The sound item, or else the names of the attributes that are not what this code writes. */
type Judged<Entry> = { entry: Entry } | { failing: string[] };

/** Also one that is available long before it unlocks, or whose indexes would not find it. */
export function judgeReward(item: Item, nowMs: number): Judged<RewardEntry> {
  const judged = judge(RewardEntry, item, rewardIndexKeys);
  if (!('entry' in judged) || judged.entry.status !== 'available') return judged;
  const isEarly = Date.parse(judged.entry.unlocks_at) > nowMs + CLOCKS_DIFFER_MS;
  return isEarly ? { failing: ['unlocks_at'] } : judged;
}

/**
 * All of it is judged, since a payout that cannot be read can be neither settled nor shown: also
 * what has to follow from its status, and the keys by which the queue and a look-up find it.
 */
export function judgePayout(item: Item): Judged<PayoutWithHistory> {
  const judged = judge(StoredPayout, item, payoutIndexKeys);
  if (!('entry' in judged)) return judged;
  const { status, history, completed_at, tx_hash, reason, internal_note } = judged.entry;
  const { attempts, approval, evidence, amount_micro, address } = judged.entry;
  const { budget_day, limit_day, requested_at } = judged.entry;
  const states = new Set(attempts?.map(({ state }) => state));
  const isUnpaid = status === 'failed' || status === 'cancelled';
  const holds = {
    history: history.at(-1)?.status === status,
    completed_at: (completed_at === undefined) === isOpen(status),
    tx_hash: (tx_hash === undefined) === (status !== 'sent'),
    reason: reason === undefined || isUnpaid,
    internal_note: internal_note === undefined || isUnpaid,
    approval:
      approval === undefined ||
      (approval.amount_micro === amount_micro && approval.address === address),
    budget_day: budget_day === undefined || status === 'processing' || status === 'sent',
    limit_day: limit_day === undefined || (!isUnpaid && requested_at.startsWith(limit_day)),
    evidence: evidence === undefined || status === 'sent',
    // Nothing was given back that may be sent, and what landed is said to have been sent.
    attempts:
      (!states.has('open') || status === 'processing' || status === 'sent') &&
      (!states.has('landed') || status === 'sent'),
  };
  const failing = Object.entries(holds).flatMap(([name, isRight]) => (isRight ? [] : [name]));
  return failing.length > 0 ? { failing } : judged;
}

export const judgeInvoice = (item: Item): Judged<v.InferOutput<typeof InvoiceEntry>> =>
  judge(InvoiceEntry, item, () => ({}));

/** Only a pending reward is in the indexes that unlock, or it would be unlocked for ever. */
const rewardIndexKeys = (reward: RewardEntry) => ({
  pending_until: reward.status === 'pending' ? reward.unlocks_at : undefined,
  due_shard: reward.status === 'pending' ? shardOf(reward.user_id) : undefined,
  granted_key:
    reward.granted_at === undefined ? undefined : `${reward.granted_at}#${reward.reward_id}`,
});

const payoutIndexKeys = (payout: PayoutWithHistory) => ({
  shard: shardOf(payout.id),
  queue_key: (isOpen(payout.status) ? OPEN : DONE) + payout.id,
  look_key: lookKeyOf(payout),
});

const Looked = v.pick(StoredPayout, ['id', 'attempts', 'review']);

/** The payout with the key of the index of looks that follows from what else it says. */
export function withLookKey({ look_key: _, ...item }: Item): Item {
  const parsed = v.safeParse(Looked, item);
  const key = parsed.success ? lookKeyOf(parsed.output) : undefined;
  return { ...item, ...(key !== undefined && { look_key: key }) };
}

/** The index keys have to follow from the rest of the item. */
function judge<Schema extends v.GenericSchema>(
  schema: Schema,
  item: Item,
  indexKeys: (entry: v.InferOutput<Schema>) => Item,
): Judged<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, item);
  if (!parsed.success) return { failing: failingAttributes(schema, item) };
  const failing = Object.entries(indexKeys(parsed.output))
    .filter(([name, value]) => item[name] !== value)
    .map(([name]) => name);
  return failing.length > 0 ? { failing } : { entry: parsed.output };
}

export const failingAttributes = (schema: v.GenericSchema, item: unknown): string[] => {
  const { issues = [] } = v.safeParse(schema, item);
  return [...new Set(issues.map((issue) => v.getDotPath(issue) ?? issue.message))];
};
