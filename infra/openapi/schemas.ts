/** Everything that travels in a body, made of the schemas that the service parses with. */
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import * as v from 'valibot';
import { Balance, Freeze } from '../../lib/account.ts';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { Micro, PositiveMicro } from '../../lib/money.ts';
import { networkNames } from '../../lib/networks/index.ts';
import { OPEN_STATUSES, Payout, PayoutRequest } from '../../lib/payout.ts';
import { Reward, SpendRequest } from '../../lib/reward.ts';
import { ApprovalReport } from '../../lib/settlement/approval.ts';
import { DEATHS, Evidence, MISMATCHES } from '../../lib/settlement/evidence.ts';
import { HistoryEntry } from '../../lib/settlement/payout-with-history.ts';
import { REASON_WORDS } from '../../lib/settlement/reasons.ts';
import {
  Approval,
  Attempt,
  AttemptReport,
  Proof,
  Review,
  Reviewed,
} from '../../lib/settlement/records.ts';
import { ReviewReport } from '../../lib/settlement/review.ts';
import { ShownPayout } from '../../lib/settlement/shown-payout.ts';
import {
  MAX_NOTE_CHARACTERS,
  NoteReport,
  SentReport,
  UnpaidReport,
} from '../../lib/settlement/transitions.ts';
import { UnreadableItem } from '../../lib/store/dynamodb/item.ts';

const { reward_id, amount_micro, status, unlocks_at, granted_at, source } = Reward.entries;

/** As `asListed` makes it. */
const ListedReward = v.object({
  id: reward_id,
  amount_micro,
  status,
  unlocks_at,
  granted_at,
  source,
});

const REASON_SENTENCES = Object.entries(REASON_WORDS)
  .map(([word, sentence]) => `${word}: ${sentence}`)
  .join(' ');

const listOf = (words: Record<string, string>): string =>
  Object.entries(words)
    .map(([word, sentence]) => `\`${word}\`: ${sentence}`)
    .join(' ');

const pageOf = <Item extends v.GenericSchema>(item: Item) =>
  v.object({ items: v.array(item), next_cursor: v.optional(v.pipe(v.string(), v.nonEmpty())) });

const Count = v.pipe(v.bigint(), v.minValue(0n));

const QueueTotal = v.object({
  network: Payout.entries.network,
  status: v.picklist(OPEN_STATUSES),
  count: v.pipe(v.bigint(), v.minValue(1n)),
  sum_micro: PositiveMicro,
  oldest_since: HistoryEntry.entries.at,
  oldest_s: Count,
});

const DailyLimitState = v.object({
  limit_micro: PositiveMicro,
  remaining_micro: v.pipe(v.bigint(), v.minValue(0n)),
  resets_at: HistoryEntry.entries.at,
});

export const schemas = {
  PayoutRequest,
  Payout,
  PayoutPage: pageOf(Payout),
  Balance,
  Overview: v.object({
    balance: Balance,
    counted_until: v.optional(HistoryEntry.entries.at),
    min_payout_micro: PositiveMicro,
    networks: v.array(v.picklist(networkNames)),
    daily_limit: v.optional(DailyLimitState),
  }),
  Reward: ListedReward,
  RewardPage: pageOf(ListedReward),
  DailyLimit: DailyLimitState,
  SpendRequest,
  SpendAnswer: v.object({ ok: v.literal(true) }),

  Attempt,
  Proof,
  Evidence,
  Approval,
  Review,
  Reviewed,
  HistoryEntry,
  PayoutWithHistory: ShownPayout,
  UnreadableItem,
  PayoutQueue: pageOf(v.union([ShownPayout, UnreadableItem])),
  QueueTotal,
  QueueTotals: v.object({
    totals: v.array(QueueTotal),
    unreadable: Count,
    is_complete: v.boolean(),
  }),
  // The parser lets the hash be missing, and the handler then asks for it with an error of its own.
  SentReport: v.object({ tx_hash: v.pipe(SentReport.entries.tx_hash.wrapped, v.nonEmpty()) }),
  UnpaidReport,
  NoteReport,
  ApprovalReport,
  AttemptReport,
  ReviewReport,
  User: v.object({
    user_id: Payout.entries.user_id,
    balance: Balance,
    counted_until: v.optional(HistoryEntry.entries.at),
    ...Freeze.entries,
    payouts: v.array(v.union([ShownPayout, UnreadableItem])),
    rewards: v.array(v.union([ListedReward, UnreadableItem])),
  }),

  Error: v.object({
    error: v.picklist(Object.keys(errors) as ErrorTag[]),
    message: v.string(),
    request_id: v.pipe(v.string(), v.nonEmpty()),
    field: v.optional(v.string()),
    min_payout_micro: v.optional(PositiveMicro),
    status: v.optional(HistoryEntry.entries.status),
    by: v.optional(HistoryEntry.entries.by),
    since: v.optional(HistoryEntry.entries.at),
    attempts: v.optional(v.array(Attempt.entries.id)),
    why: v.optional(v.string()),
    limit_micro: v.optional(PositiveMicro),
    remaining_micro: v.optional(Micro),
    resets_at: v.optional(HistoryEntry.entries.at),
  }),
  Decision: Freeze.entries.frozen.wrapped,
  UserFreeze: v.object({ user_id: Payout.entries.user_id, ...Freeze.entries }),
  GatewayAnswer: v.object({ message: v.string() }),
} as const;

export type SchemaName = keyof typeof schemas;

type Field = Spec.NonArraySchemaObject & { description: string };
type Fields = {
  [Name in SchemaName]: Record<keyof (typeof schemas)[Name]['entries'], Field>;
};

const said = (description: string): Field => ({ description });

const note = (description: string): Field => ({
  description: `${description} At most ${MAX_NOTE_CHARACTERS} characters, of which people see at least one; white space around it is dropped.`,
  pattern: '\\S',
  maxLength: MAX_NOTE_CHARACTERS,
});

const asked = {
  amount_micro: said('How much to pay out, in micro-units: 25000000 is 25.00.'),
  network: said('The chain that the money is to be sent on.'),
  address: said('Where to send it: an address of that network, kept exactly as it was written.'),
};

const payout = {
  id: said('A UUIDv7, so that ids sort by the time of the request.'),
  user_id: said('Who asked for it.'),
  ...asked,
  network: said(
    'The chain that the money is to be sent on: one of those of a request, or one that is no longer offered.',
  ),
  status: said(
    'How far it has come. `requested` and `processing` hold the money back; `sent`, `failed` and `cancelled` are final, and the last two have returned it.',
  ),
  tx_hash: said('The transaction that paid it, once it is `sent`.'),
  reason: said(
    `Why it was not paid, in one word for programs, or one that is newer than this document. For people: ${REASON_SENTENCES}`,
  ),
  note: said('Why it was not paid, in an operator’s words.'),
  requested_at: said('When it was asked for.'),
  completed_at: said('When it reached its final status.'),
};

const attempt = {
  kind: said(
    'How it is told: `evm` by sender, nonce and hash; `safe` by the Safe, its nonce and its hash of the transaction; `solana` by signature and last valid block height.',
  ),
  sender: said('The address that sends it.'),
  safe: said('The address of the Safe.'),
  nonce: said('The sender’s, or the Safe’s.'),
  hash: said('Its hash, as it was signed.'),
  safe_tx_hash: said('The hash that the Safe gives it.'),
  signature: said('Its first signature.'),
  last_valid_block_height: said('The last block height at which it can still land.'),
};

const reviewed = {
  by: said('The ARN of an operator.'),
  at: said('When.'),
  note: said('What was found.'),
};

const freeze = {
  frozen: said('Since when payouts and spends are held back, and why.'),
  thawed: said('The last time that this was ended.'),
};

const reward = {
  id: said('Billing’s own id of the reward.'),
  amount_micro: said('Its worth in micro-units.'),
  status: said(
    '`pending` until `unlocks_at`, then `available`, which it is from that very moment; `reversed` if billing took it back.',
  ),
  unlocks_at: said('When it starts to count towards the available balance.'),
  granted_at: said('When it was earned.'),
  source: said('What it was earned with, as billing names it.'),
};

const countedUntil = said(
  'Only where too many rewards have just come to their time to add them all up: the moment that the balance is of. Those that were due by then are available, the others still pending, so that available is at least so much; a payout counts them all the same.',
);

const nextCursor = said('Give it as `cursor` to read on. Left out on the last page.');

/** What each field means, and what its schema cannot say by itself. */
export const fields: Fields = {
  PayoutRequest: asked,
  Payout: payout,
  PayoutPage: { items: said('Newest first.'), next_cursor: nextCursor },
  Balance: {
    pending_micro: said('Earned, but not unlocked yet.'),
    available_micro: said(
      'What a payout or an invoice may take now. Below zero after billing took back what had already left.',
    ),
    reserved_micro: said('Held for payouts that are not final yet.'),
    paid_out_micro: said('Sent to addresses.'),
    spent_micro: said('Spent on invoices.'),
    lifetime_micro: said(
      'Everything ever earned and not reversed: the sum of the other five, always.',
    ),
  },
  Overview: {
    balance: said('Where every micro-unit of the user is now.'),
    counted_until: countedUntil,
    min_payout_micro: said('The smallest payout that is accepted here.'),
    networks: said('The networks that payouts can be sent on.'),
    daily_limit: said('What may be requested in a day, in UTC; missing where nothing limits it.'),
  },
  DailyLimit: {
    limit_micro: said('What one user may request in a day.'),
    remaining_micro: said(
      'What is left of it today. A payout that is cancelled or fails gives back to the day on which it was requested.',
    ),
    resets_at: said('When the next day begins.'),
  },
  Reward: reward,
  RewardPage: { items: said('Newest first.'), next_cursor: nextCursor },
  SpendRequest: {
    invoice_id: said('An open invoice of the user.'),
    amount_micro: said(
      'Exactly the total of the invoice, so that nobody pays a sum they have not seen.',
    ),
  },
  SpendAnswer: { ok: said('The invoice is covered.') },

  Attempt: {
    id: said('Its hash, the Safe’s hash of it, or its signature: what the chain will call it.'),
    ...attempt,
    state: said(
      '`open` until it is known that it has `landed`, or that it never will: `dead`. Nothing is given back while one is not dead.',
    ),
    by: said('Who recorded it, or said that it had paid before it was final.'),
    recorded_at: said('When, and so before it was sent.'),
    death: said(
      'Who vouches for its death; by `chain`, it is the chain alone. Until that has proven it, it is still looked at.',
    ),
    proof: said('What the chain has said of its death.'),
    found: said(
      `What the chain shows it to have done instead of paying, for somebody to look at: \`paid_twice\`, \`paid_although_requested\`, \`paid_although_failed\`, \`paid_although_cancelled\`, or why it is no payment. ${listOf(MISMATCHES)}`,
    ),
  },
  Proof: {
    cause: said(listOf(DEATHS)),
    height: said('The final block at which that was so; on Solana its slot or its block height.'),
    at: said('When that was seen.'),
  },
  Evidence: {
    position: said(
      'Which transfer of the transaction: its log’s index in the block on an EVM chain, its instruction on Solana. It is the evidence of no other payout.',
    ),
    block: said('The number of its block; on Solana its slot.'),
    at: said('When that block was made.'),
  },
  Approval: {
    by: said('The ARN of an operator.'),
    at: said('When.'),
    amount_micro: said('What was approved, in micro-units.'),
    address: said('Where to.'),
  },
  Review: { why: said('Why it has to be looked at.'), since: said('Since when.') },
  Reviewed: reviewed,
  HistoryEntry: {
    status: said('The status it got.'),
    at: said('When.'),
    by: said(
      '`user` for the owner, `chain` where the service did what the chain says, otherwise the ARN of an operator.',
    ),
    note: said('Why a claim was given up, in the operator’s words.'),
  },
  PayoutWithHistory: {
    ...payout,
    internal_note: said('What operators tell one another about its end. Its owner never sees it.'),
    attempts: said('What may pay it, each recorded before it was sent.'),
    approval: said('Who has approved it, so that another one can pay it.'),
    evidence: said(
      'The transfer on which `sent` rests, where the chain of its network is asked. It is final, and exactly this payment.',
    ),
    budget_day: said('The UTC day whose budget of its network it counts on.'),
    limit_day: said('The UTC day on whose limit of its owner it counts.'),
    review: said('Somebody has to look at it.'),
    reviewed: said('The last time that somebody did.'),
    history: said('Every change of status, the oldest first.'),
    warnings: said(
      'What may be wrong with its address on Solana, which is accepted all the same: `off_curve`, no key can sign for it, as it is a token account or a program’s; `no_capitals`, it was perhaps pasted in lower case, which makes it another address. Ask its owner before you pay.',
    ),
  },
  UnreadableItem: {
    id: said('The item’s own id, of a payout or a reward.'),
    user_id: said('Whose it is.'),
    unreadable: said('What is stored is corrupt, and nothing more can be said of it.'),
  },
  PayoutQueue: {
    items: said(
      'Oldest first. A payout that cannot be read is in its place whatever status is asked for.',
    ),
    next_cursor: nextCursor,
  },
  QueueTotal: {
    network: payout.network,
    status: said('The status that they have.'),
    count: said('How many they are.'),
    sum_micro: said('What they come to, in micro-units.'),
    oldest_since: said('Since when the oldest of them has had this status.'),
    oldest_s: said('How many whole seconds ago that was.'),
  },
  QueueTotals: {
    totals: said('By network and status, of those that could be read.'),
    unreadable: said('How many could not be read.'),
    is_complete: said('Whether this is the whole queue.'),
  },
  SentReport: {
    tx_hash: said(
      'The transaction’s hash: `0x` and 64 hex digits on an EVM chain, in any case and stored in lower case; the base58 text of 64 bytes on Solana; 1 to 128 visible ASCII characters on a network that is no longer offered. A placeholder, such as nothing but zeros, is none.',
    ),
  },
  UnpaidReport: {
    reason: said('Why, in one word; the owner reads it.'),
    note: note('Why; the owner reads it.'),
    internal_note: note('What operators should know about it; its owner never sees it.'),
  },
  ApprovalReport: {
    amount_micro: said('Exactly the payout’s.'),
    address: said('Exactly the payout’s.'),
  },
  AttemptReport: attempt,
  ReviewReport: {
    note: note('What was found; operators read it.'),
    dead: said('The ids of attempts that are known never to land.'),
  },
  NoteReport: { note: note('Why; operators read it.') },
  User: {
    user_id: said('Who was asked about.'),
    balance: said('Where every micro-unit of the user is now.'),
    counted_until: countedUntil,
    ...freeze,
    payouts: said('The last payouts, newest first, readable or not.'),
    rewards: said('The last rewards, newest first, readable or not.'),
  },

  Error: {
    error: said('What is wrong, for programs: the only field to branch on.'),
    message: said(
      'The same for people: one plain sentence that may be shown and says what to change.',
    ),
    request_id: said('Names this request to whoever looks into it; also in `x-request-id`.'),
    field: said(
      'With `invalid_args`: what is wrong, a field of the body, a parameter or a header in lower case; `body` when it is no object.',
    ),
    min_payout_micro: said('With `payout_below_min`: the smallest payout that is accepted here.'),
    status: said('With `payout_not_actionable`: the status that the payout has.'),
    by: said('With `payout_not_actionable`, to operators: who brought the payout into its status.'),
    since: said('With `payout_not_actionable`, to operators: since when it has its status.'),
    limit_micro: said(
      'With `payout_limit_exceeded`: what one user may request in a day. With `outflow_budget_exceeded`: what may be claimed in a day on this network.',
    ),
    remaining_micro: said('With these two: what is left of it.'),
    resets_at: said('With these two: when the next day begins.'),
    attempts: said('With `payout_may_be_sent`: the ids of those that are not known to be dead.'),
    why: said(`With \`payout_evidence_mismatch\`: why, in one word. ${listOf(MISMATCHES)}`),
  },
  Decision: {
    by: said('The ARN of an operator.'),
    at: said('When.'),
    note: said('Why.'),
  },
  UserFreeze: { user_id: said('Whose account it is.'), ...freeze },
  GatewayAnswer: { message: said('API Gateway’s own words.') },
};
