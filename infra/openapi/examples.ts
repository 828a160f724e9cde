/** What the examples share: a user, a payout through its life, a reward, and an invoice. */
import type { ErrorTag } from '../../lib/errors.ts';
import { encodeCursor } from '../../lib/http/args.ts';
import { networkNames } from '../../lib/networks/index.ts';
import { MISMATCHES } from '../../lib/settlement/evidence.ts';

const USER_ID = '6f1c0d5e-2f0b-4a57-9a3e-5f3c1c9b7d21';
const ANN = 'arn:aws:iam::111122223333:user/ann';

export const payoutRequest = {
  amount_micro: 25_000_000,
  network: 'solana',
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

export const sentReport = {
  tx_hash:
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
};

const reasonAndNote = {
  reason: 'address_rejected',
  note: 'The exchange that holds this address is closed.',
};

export const unpaidReport = { ...reasonAndNote, internal_note: 'Told by its support, case 4711.' };

export const releaseReport = { note: 'I am out of ether until Monday.' };

export const requested = {
  id: '019abdf2-8c40-7b1e-9f0a-3d6e5c4b2a19',
  user_id: USER_ID,
  ...payoutRequest,
  status: 'requested',
  requested_at: '2026-03-02T09:15:00.000Z',
};

const COMPLETED_AT = '2026-03-02T14:02:41.310Z';

export const taken = {
  ...requested,
  status: 'cancelled',
  completed_at: '2026-03-02T09:20:07.552Z',
};

const wasRequested = { status: 'requested', at: requested.requested_at, by: 'user' };
const wasClaimed = { status: 'processing', at: '2026-03-02T13:58:12.004Z', by: ANN };

export const inQueue = { ...requested, limit_day: '2026-03-02', history: [wasRequested] };
export const claimed = {
  ...requested,
  status: 'processing',
  budget_day: '2026-03-02',
  limit_day: '2026-03-02',
  history: [wasRequested, wasClaimed],
};
export const sentWithHistory = {
  ...requested,
  status: 'sent',
  ...sentReport,
  completed_at: COMPLETED_AT,
  evidence: { position: 4, block: 403_118_907, at: '2026-03-02T14:02:05.000Z' },
  history: [wasRequested, wasClaimed, { status: 'sent', at: COMPLETED_AT, by: 'chain' }],
};

const unreadable = (id: string) => ({ id, user_id: USER_ID, unreadable: true });

/** The claimed payout as it ends without being paid. */
export const unpaid = (status: 'failed' | 'cancelled') => ({
  ...requested,
  status,
  ...unpaidReport,
  completed_at: COMPLETED_AT,
  history: [wasRequested, wasClaimed, { status, at: COMPLETED_AT, by: ANN }],
});

const hash = (digit: string) => `0x${digit.repeat(64)}`;
const BOB = 'arn:aws:iam::111122223333:user/bob';

export const attemptReport = {
  kind: 'solana',
  signature: sentReport.tx_hash,
  last_valid_block_height: 318_204_551,
};

const attempt = {
  id: attemptReport.signature,
  ...attemptReport,
  state: 'open',
  by: ANN,
  recorded_at: '2026-03-02T14:01:55.020Z',
};

export const attempted = { ...claimed, attempts: [attempt] };

/** On an EVM chain. */
export const evmReports = {
  evm: {
    kind: 'evm',
    sender: '0xde709f2102306220921060314715629080e2fb77',
    nonce: 41,
    hash: hash('7'),
  },
  safe: {
    kind: 'safe',
    safe: '0xde709f2102306220921060314715629080e2fb77',
    nonce: 7,
    safe_tx_hash: hash('8'),
  },
};

export const reviewReport = {
  note: 'The nonce was used by another final transaction.',
  dead: [hash('7'), hash('8')],
};

const wasReviewed = { by: BOB, at: '2026-03-02T15:10:11.902Z', note: reviewReport.note };

/** On another network, which has the other kinds of attempts. */
export const reviewedPayout = {
  ...claimed,
  network: 'ethereum',
  address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  attempts: [
    { id: hash('7'), ...evmReports.evm },
    { id: hash('8'), ...evmReports.safe },
  ].map((told) => ({
    ...told,
    state: 'dead',
    by: ANN,
    recorded_at: '2026-03-02T14:01:55.020Z',
    death: wasReviewed,
    proof: { cause: 'nonce_passed', height: 24_570_331, at: '2026-03-02T15:20:04.116Z' },
  })),
  reviewed: wasReviewed,
};

export const toReview = {
  ...attempted,
  attempts: [{ ...attempt, found: 'amount_differs' }],
  review: {
    why: `${attempt.id}: ${MISMATCHES.amount_differs}`,
    since: '2026-03-02T14:03:04.020Z',
  },
};

export const approvalReport = {
  amount_micro: payoutRequest.amount_micro,
  address: payoutRequest.address,
};

const approval = { by: BOB, at: '2026-03-02T10:30:00.000Z', ...approvalReport };

export const approved = { ...inQueue, approval };

/** The claimed payout after its claim was given up. */
export const released = {
  ...requested,
  history: [
    wasRequested,
    wasClaimed,
    { status: 'requested', at: '2026-03-02T13:59:30.871Z', by: ANN, ...releaseReport },
  ],
};

const sentBefore = {
  ...requested,
  id: '019a9c0b-3f20-7d4c-8b61-0e5f7a2c9d13',
  requested_at: '2026-02-24T08:01:12.608Z',
  status: 'sent',
  ...sentReport,
  completed_at: '2026-02-24T15:40:00.417Z',
};
const failedBefore = {
  ...requested,
  id: '019a9617-9a48-7e05-a3f2-5b8d1c6e4072',
  requested_at: '2026-02-23T04:16:48.200Z',
  status: 'failed',
  ...reasonAndNote,
  completed_at: '2026-02-23T10:22:31.950Z',
};

export const payoutPage = {
  items: [requested, sentBefore, failedBefore],
  next_cursor: encodeCursor(failedBefore.id),
};

const CORRUPT_ID = '019abdf4-1d08-7c52-8e37-b6a94d20f3c1';

/** The account in which an owner holds USDC, in the owner's place. */
const toTokenAccount = {
  ...inQueue,
  id: '019abdf3-a1c4-7f60-b2d8-94e7305c6a1b',
  address: 'F4YA4H7HeXLCvjLRKdh56FgE4cyHpPqLP1VCM6fEqEmX',
  warnings: ['off_curve'],
};

export const queuePage = {
  items: [inQueue, toReview, toTokenAccount, unreadable(CORRUPT_ID)],
  next_cursor: encodeCursor(CORRUPT_ID),
};

export const totals = {
  totals: [
    {
      network: 'polygon',
      status: 'processing',
      count: 2,
      sum_micro: 61_500_000,
      oldest_since: wasClaimed.at,
      oldest_s: 1_808,
    },
    {
      network: requested.network,
      status: 'requested',
      count: 118,
      sum_micro: 4_210_000_000,
      oldest_since: requested.requested_at,
      oldest_s: 18_800,
    },
  ],
  unreadable: 1,
  is_complete: true,
};

export const reward = {
  id: 'reward-2041',
  amount_micro: 15_000_000,
  status: 'pending',
  unlocks_at: '2026-04-01T00:00:00.000Z',
  granted_at: '2026-03-01T11:30:00.000Z',
  source: 'referral',
};

export const rewardPage = {
  items: [reward],
  next_cursor: encodeCursor(`${reward.granted_at}#${reward.id}`),
};

export const spendRequest = { invoice_id: 'INV-2026-0142', amount_micro: 12_000_000 };

const dailyLimit = {
  limit_micro: 100_000_000,
  remaining_micro: 12_000_000,
  resets_at: '2026-03-03T00:00:00.000Z',
};

export const overview = {
  balance: {
    pending_micro: 15_000_000,
    available_micro: 60_000_000,
    reserved_micro: 25_000_000,
    paid_out_micro: 88_000_000,
    spent_micro: 12_000_000,
    lifetime_micro: 200_000_000,
  },
  min_payout_micro: 10_000_000,
  networks: networkNames,
  // Beyond that moment more has come to its time than one request adds up.
  counted_until: '2026-11-21T23:59:59.999Z',
  daily_limit: dailyLimit,
};

/** What some errors say beside their tag. */
export const errorDetails: Partial<Record<ErrorTag, object>> = {
  invalid_args: {
    message: `The value of network is not allowed; it must be one of ${networkNames.join(', ')}.`,
    field: 'network',
  },
  payout_below_min: { min_payout_micro: overview.min_payout_micro },
  payout_limit_exceeded: dailyLimit,
  outflow_budget_exceeded: {
    limit_micro: 5_000_000_000,
    remaining_micro: 12_000_000,
    resets_at: '2026-03-03T00:00:00.000Z',
  },
  payout_may_be_sent: { attempts: [attempt.id] },
  payout_evidence_mismatch: { message: MISMATCHES.amount_differs, why: 'amount_differs' },
  payout_not_actionable: { status: 'processing', by: ANN, since: wasClaimed.at },
};

const decided = (note: string) => ({ by: BOB, at: '2026-03-01T08:00:00.000Z', note });
export const frozenUser = {
  user_id: USER_ID,
  frozen: decided('Its rewards look bought.'),
  thawed: decided('Asked support, all is well.'),
};
export const thawedUser = { user_id: USER_ID, thawed: frozenUser.thawed };

export const user = {
  ...frozenUser,
  balance: overview.balance,
  counted_until: overview.counted_until,
  payouts: [unreadable(CORRUPT_ID), inQueue],
  rewards: [reward, unreadable('reward-1988')],
};
