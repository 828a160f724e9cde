/**
 * One payout from its reward to its final transfer on Solana, as lib's rules make its items: what
 * each step writes and reads, and where. Solana has the longest ids.
 */
import { stringifyJson } from '../../../lib/json.ts';
import { newPayout, type Payout } from '../../../lib/payout.ts';
import type { Reward } from '../../../lib/reward.ts';
import { withAttempt } from '../../../lib/settlement/attempts.ts';
import { afterLook, lookKeyOf } from '../../../lib/settlement/look.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { AttemptReport } from '../../../lib/settlement/records.ts';
import { afterTransition } from '../../../lib/settlement/transitions.ts';
import { rewardItem } from '../../../lib/store/balance/reward-items.ts';
import { evidenceItemOf } from '../../../lib/store/payouts/chain/evidence-items.ts';
import { DONE, payoutItem } from '../../../lib/store/payouts/payout-items.ts';
import { ADDRESSES, HASHES, USER_ID } from '../../support/samples.ts';
import type { Item, Place, Write } from './item-bytes.ts';

const AT = '2026-11-27T10:00:00.000Z';
export const AMOUNT = 25_123_456n;
/** Of a role that people assume under their own names. */
export const OPERATOR = 'arn:aws:sts::111122223333:assumed-role/payouts-operators/ann@triport.io';
const SHA256 = 'ab'.repeat(32);

const reward: Reward = {
  ...{ user_id: USER_ID, reward_id: '01a204d3-28e0-7285-b278-86bb311f921e' },
  ...{ amount_micro: AMOUNT, status: 'pending', source: 'referral', granted_at: AT },
  unlocks_at: '2026-12-27T10:00:00.000Z',
};

const request = { amount_micro: AMOUNT, network: 'solana', address: ADDRESSES.solana } as const;
const requested: Payout = newPayout(USER_ID, request, 1n, Date.parse(AT));
const firstItem = payoutItem(requested);
const { shard, queue_key, ...first } = firstItem;
const claimed = afterTransition(first, { status: 'processing', by: OPERATOR }, AT);
export const ATTEMPT: AttemptReport = {
  ...{ kind: 'solana', signature: HASHES.solana },
  last_valid_block_height: 400_000_000n,
};
const attempted = withAttempt(claimed, ATTEMPT, OPERATOR, AT);
const transfer = {
  ...{ position: 3000, token: 'token', from: 'from', to: request.address, units: AMOUNT },
};
const transaction = {
  ...{ id: HASHES.solana, block: 420_000_000n, at: AT, succeeded: true },
  ...{ transfers: [transfer], memos: [], safeOutcomes: [] },
};
export const PAID = { is: 'paid', transaction, transfer } as const;
const sent = afterLook(attempted, HASHES.solana, PAID, AT);

/** As `store/payouts/apply-change.ts` leaves it after so many changes. */
const stored = (payout: PayoutWithHistory, changes: number): Item => {
  const look_key = lookKeyOf(payout);
  return {
    ...payout,
    ...{ shard, queue_key: payout.status === 'sent' ? DONE + payout.id : queue_key },
    ...(look_key !== undefined && { look_key }),
    marks: Array.from({ length: changes }, () => requested.id),
  };
};

/** Of a user who has been there for years. */
const MANY = 1_234_567_891n;
const account: Item = {
  user_id: USER_ID,
  ...{ pending_micro: MANY, available_micro: MANY, reserved_micro: MANY },
  ...{ paid_out_micro: MANY, spent_micro: MANY, lifetime_micro: MANY },
  version: 1234n,
};

const { pending_until: _, due_shard: __, ...unlocked } = rewardItem(reward) as Item;

export const ITEMS = {
  session: { token_hash: SHA256, user_id: USER_ID, expires_at: 1_800_000_000n },
  account,
  pendingReward: rewardItem(reward),
  reward: { ...unlocked, status: 'available' },
  /** As `store/balance/key-record.ts` puts it. */
  key: {
    user_id: USER_ID,
    operation_key: `request-payout#${SHA256}`,
    ...{ fingerprint: SHA256, answer: stringifyJson(requested), written_by: requested.id },
    expires_at: 1_800_000_000n,
  },
  payout: stored(sent, 3),
  openPayout: firstItem as Item,
  watchedPayout: stored(attempted, 2),
  evidence: evidenceItemOf(sent) as Item,
};

export type Step = {
  what: string;
  /** The operation of the benchmark's `capacity` that is this step, if it has one. */
  metered?: string;
  writes: Write[];
  /** Items that are a condition alone, at two units. */
  checks?: Place[];
  /** Read units. */
  reads: [place: Place, units: number][];
};

const moved: Write = { table: 'Accounts', before: account, after: account };
const session: Step['reads'][number] = ['Sessions', 1];
const byId: Step['reads'] = [
  ['Payouts/queue', 1],
  ['Payouts', 1],
];

/** Whoever claims it records at once what is about to be sent, as exports do. */
export const STEPS: Step[] = [
  {
    what: 'its reward is granted',
    metered: 'event: a reward is granted',
    writes: [{ table: 'Rewards', after: ITEMS.pendingReward }, moved],
    reads: [['Rewards', 1]],
  },
  {
    what: 'the reward unlocks',
    writes: [{ table: 'Rewards', before: ITEMS.pendingReward, after: ITEMS.reward }, moved],
    reads: [
      ['Rewards', 1],
      ['Rewards/due', 0.02],
    ],
  },
  {
    what: 'the balance',
    metered: '/me, nothing pending',
    writes: [],
    reads: [session, ['Accounts', 1]],
  },
  {
    what: 'the request, with a key',
    metered: 'a payout with a key',
    writes: [
      moved,
      { table: 'Payouts', after: ITEMS.openPayout },
      { table: 'IdempotencyKeys', after: ITEMS.key },
    ],
    reads: [session],
  },
  {
    what: 'the claim',
    metered: 'operator: claim',
    writes: [{ table: 'Payouts', before: ITEMS.openPayout, after: stored(claimed, 1) }],
    checks: ['Accounts'],
    reads: byId,
  },
  {
    what: 'its attempt',
    writes: [{ table: 'Payouts', before: stored(claimed, 1), after: ITEMS.watchedPayout }],
    reads: byId,
  },
  {
    what: 'its end, by the chain',
    writes: [
      { table: 'Payouts', before: ITEMS.watchedPayout, after: ITEMS.payout },
      moved,
      { table: 'Evidence', after: ITEMS.evidence },
    ],
    reads: [['Evidence', 1]],
  },
];

/** What a look reads of a payout, whether or not it finds anything: once to look, once to write. */
export const READS_OF_A_LOOK: Step['reads'] = [['Payouts', 2]];
