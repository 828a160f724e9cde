/** Of two states of an item, which one came later, or that one of them cannot have come at all. */
import { isDeepStrictEqual } from 'node:util';
import { REWARD_STATUSES, type RewardStatus } from '../../reward.ts';
import type { PayoutWithHistory } from '../../settlement/payout-with-history.ts';
import type { Item } from '../dynamodb/read.ts';
import type { Kind } from './books.ts';
import { judgeInvoice, judgePayout, judgeReward } from './entries.ts';
import { claimOf } from './key-claims.ts';

/** What never changes of an item, and what does not once it is there. */
const REWARD_IS_ABOUT = ['amount_micro', 'unlocks_at', 'granted_at', 'source'];
const INVOICE_IS_ABOUT = ['total_micro', 'covered_by', 'covered_at'];
export const PAYOUT_IS_ABOUT = ['user_id', 'amount_micro', 'network', 'address', 'requested_at'];
export const PAYOUT_ENDS_WITH = ['tx_hash', 'reason', 'note', 'internal_note', 'completed_at'];
/** Nobody takes an approval back, nor what proves a payment. */
const PAYOUT_KEEPS = ['approval', 'evidence'];

/** Whether the later item has each of these attributes as the earlier one has it, if it has it. */
export const agree = (later: Item, earlier: Item, names: readonly string[]): boolean =>
  names.every(
    (name) => earlier[name] === undefined || isDeepStrictEqual(later[name], earlier[name]),
  );

type Lifecycle = {
  /** Whether it is what this code writes. */
  isSound: (item: Item, nowMs: number) => boolean;
  /** Whether the one, which is sound, is the other or can have come from it. */
  follows: (later: Item, earlier: Item) => boolean;
};

const LIFECYCLES: Record<Kind, Lifecycle> = {
  rewards: {
    isSound: (item, nowMs) => 'entry' in judgeReward(item, nowMs),
    follows: (later, earlier) =>
      agree(later, earlier, REWARD_IS_ABOUT) && rank(later.status) >= rank(earlier.status),
  },
  payouts: {
    isSound: (item) => 'entry' in judgePayout(item),
    follows: (later, earlier) =>
      agree(later, earlier, [...PAYOUT_IS_ABOUT, ...PAYOUT_ENDS_WITH, ...PAYOUT_KEEPS]) &&
      beginsWith(statuses(later), statuses(earlier)) &&
      beginsWith(marks(later), marks(earlier)) &&
      attempts(earlier).every((attempt) => isKept(attempt, later)) &&
      // What has no more marks and no more statuses was not changed.
      (isChanged(later, earlier) ||
        agree(later, earlier, ['attempts', 'budget_day', 'limit_day', 'review'])),
  },
  invoices: {
    isSound: (item) => 'entry' in judgeInvoice(item),
    follows: (later, earlier) =>
      agree(later, earlier, INVOICE_IS_ABOUT) &&
      (earlier.status === 'open' || earlier.status === later.status),
  },
  // Whatever took a record's place was allowed to, but nothing says "no" where "yes" was said.
  keys: {
    isSound: (item) => !('failing' in (claimOf(item) ?? {})),
    follows: (later, earlier) => !('refused_at' in later) || 'refused_at' in earlier,
  },
};

const rank = (status: unknown): number => REWARD_STATUSES.indexOf(status as RewardStatus);

/** A status may return, where a claim is given up: which came later only the whole row tells. */
export const statuses = ({ history }: Item): unknown[] =>
  (history as { status: unknown }[]).map(({ status }) => status);

/** Each names a change of whatever kind; they are added and never taken away. */
const marks = (item: Item): unknown[] => (item.marks ?? []) as unknown[];

export const beginsWith = (longer: unknown[], shorter: unknown[]): boolean =>
  shorter.every((each, at) => each === longer[at]);

const isChanged = (later: Item, earlier: Item): boolean =>
  marks(later).length > marks(earlier).length || statuses(later).length > statuses(earlier).length;

type Attempts = NonNullable<PayoutWithHistory['attempts']>;
const attempts = (item: Item) => (item.attempts ?? []) as Attempts;

/**
 * An attempt stays, and one that has landed stays so. So does one that is dead, unless the payout was
 * sent by it although somebody had vouched for its death; how it died events do not say.
 */
const isKept = ({ state, death: _, ...attempt }: Attempts[number], later: Item): boolean =>
  attempts(later).some(
    (other) =>
      agree(other, attempt, Object.keys(attempt)) &&
      (state === 'open' ||
        state === other.state ||
        // A Safe's has an id of its own, and not that of the transaction that executed it.
        (other.state === 'landed' && (other.kind === 'safe' || other.id === later.tx_hash))),
  );

/**
 * The state that counts of an item that is stored live, and known from elsewhere: the live one where
 * it is sound and can have come from the other. No item is ever deleted, but for keys that expired.
 */
export function newest(
  kind: Kind,
  live: Item | undefined,
  known: Item | undefined,
  nowMs: number,
): Item | undefined {
  if (known === undefined) return live;
  const isOver = kind === 'keys' && Number(known.expires_at) * 1000 <= nowMs;
  if (live === undefined) return isOver ? undefined : known;
  const { isSound, follows } = LIFECYCLES[kind];
  if (!isSound(live, nowMs)) return known;
  return isOver || !isSound(known, nowMs) || follows(live, known) ? live : known;
}
