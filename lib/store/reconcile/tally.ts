/** Adds up a user's rewards, payouts and invoices, as far as each moves money. */
import { isOpen } from '../../payout.ts';
import type { Item } from '../dynamodb/read.ts';
import { judgeInvoice, judgePayout, judgeReward } from './entries.ts';
import { type Claims, claimOf } from './key-claims.ts';

/** The sums so far: nothing else is kept, since a long history does not fit in memory. */
export type Tally = {
  pendingMicro: bigint;
  /** Of every reward that was not reversed. */
  earnedMicro: bigint;
  reservedMicro: bigint;
  paidOutMicro: bigint;
  spentMicro: bigint;
  /** Whether one of the items can only be there beside an account, or is corrupt. */
  needsAccount: boolean;
  /** What was not found so far; keys are kept for a day, so that there are few. */
  claims: Claims;
  /** The first few items of each kind that are not what this code writes, and what fails. */
  corrupt: string[];
  corruptCount: number;
};

/** So many corrupt items are named. */
export const CORRUPT_NAMED_MAX = 10;

export const emptyTally = (): Tally => ({
  pendingMicro: 0n,
  earnedMicro: 0n,
  reservedMicro: 0n,
  paidOutMicro: 0n,
  spentMicro: 0n,
  needsAccount: false,
  claims: new Map(),
  corrupt: [],
  corruptCount: 0,
});

/** Adds a stored item, of which the source's attributes have been read. */
type Add = (tally: Tally, item: Item, nowMs: number) => void;

/** Before the payouts and the invoices, which fulfil what the keys' records claim. */
export const addKey: Add = (tally, item) => {
  const claimed = claimOf(item);
  if (claimed === undefined) return;
  tally.needsAccount = true;
  if ('claim' in claimed) tally.claims.set(claimed.claim, String(item.operation_key));
  else addCorrupt(tally, 'key', item.operation_key, claimed.failing);
};

export const addReward: Add = (tally, item, nowMs) => {
  const judged = judgeReward(item, nowMs);
  if ('failing' in judged) return addCorrupt(tally, 'reward', item.reward_id, judged.failing);
  const { entry } = judged;
  if (entry.status === 'reversed') return;
  tally.needsAccount = true;
  tally.earnedMicro += entry.amount_micro;
  if (entry.status === 'pending') tally.pendingMicro += entry.amount_micro;
};

export const addPayout: Add = (tally, item) => {
  tally.claims.delete(`payout#${item.id}`);
  const judged = judgePayout(item);
  if ('failing' in judged) return addCorrupt(tally, 'payout', item.id, judged.failing);
  const { status, amount_micro } = judged.entry;
  tally.needsAccount = true;
  if (isOpen(status)) tally.reservedMicro += amount_micro;
  if (status === 'sent') tally.paidOutMicro += amount_micro;
};

export const addInvoice: Add = (tally, item) => {
  tally.claims.delete(`spend#${item.covered_by}`);
  const judged = judgeInvoice(item);
  if ('failing' in judged) return addCorrupt(tally, 'invoice', item.invoice_id, judged.failing);
  const { entry } = judged;
  if (entry.status !== 'covered') return;
  tally.needsAccount = true;
  tally.spentMicro += entry.total_micro;
};

/** After all else: each key's record says that something was written which is not there. */
export function addUnfulfilled(tally: Tally): void {
  for (const key of tally.claims.values()) addCorrupt(tally, 'key', key, ['written_by']);
  tally.claims.clear();
}

/** So many of each kind are named, so that two looks name the same whichever kind comes first. */
function addCorrupt(tally: Tally, kind: string, itemId: unknown, failing: string[]): void {
  tally.needsAccount = true;
  tally.corruptCount++;
  if (tally.corrupt.filter((name) => name.startsWith(`${kind} `)).length < CORRUPT_NAMED_MAX)
    tally.corrupt.push(`${kind} ${itemId}: ${failing.join(', ')}`);
}

/** Each kind of item: its table, what is read of one, and where it is added. */
export const SOURCES = {
  keys: {
    table: 'IdempotencyKeys',
    add: addKey,
    key: ['user_id', 'operation_key'],
    attributes: ['written_by', 'answer', 'refused_at'],
  },
  rewards: {
    table: 'Rewards',
    add: addReward,
    key: ['user_id', 'reward_id'],
    attributes: [
      ...['status', 'amount_micro', 'unlocks_at', 'granted_at', 'source'],
      ...['pending_until', 'due_shard', 'granted_key'],
    ],
  },
  payouts: {
    table: 'Payouts',
    add: addPayout,
    key: ['user_id', 'id'],
    attributes: [
      ...['status', 'amount_micro', 'network', 'address', 'requested_at', 'completed_at'],
      ...['tx_hash', 'reason', 'note', 'internal_note', 'attempts'],
      ...['approval', 'evidence', 'budget_day', 'limit_day', 'review', 'reviewed'],
      ...['history', 'marks', 'shard', 'queue_key', 'look_key'],
    ],
  },
  invoices: {
    table: 'Invoices',
    add: addInvoice,
    key: ['user_id', 'invoice_id'],
    attributes: ['status', 'total_micro', 'covered_by'],
  },
} as const;

export type Source = (typeof SOURCES)[keyof typeof SOURCES];

/** The attributes of a source's items as a query or a scan asks for them. */
export function projectionOf({ key, attributes }: Source) {
  const names = [...key, ...attributes];
  return {
    ProjectionExpression: names.map((_name, index) => `#${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
  };
}
