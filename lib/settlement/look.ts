/** Looks at the chain: what becomes of a payout by what is found of one of its attempts. */
import { CHAIN, isOpen } from '../payout.ts';
import { DEATHS, type Finding, MISMATCHES, type Mismatch } from './evidence.ts';
import type { FinalTransaction, Transfer } from './on-chain.ts';
import type { PayoutWithHistory } from './payout-with-history.ts';
import {
  ATTEMPTS_MAX,
  type Attempt,
  type AttemptKind,
  NEVER_SEEN,
  PAID_ALTHOUGH,
} from './records.ts';
import { afterTransition, notActionable } from './transitions.ts';

const MINUTE_MS = 60_000;

/** After so long an attempt has usually landed or died; a Safe's owners may take a day to sign. */
const LASTS_MS: Record<AttemptKind, number> = {
  evm: 120 * MINUTE_MS,
  safe: 24 * 60 * MINUTE_MS,
  solana: 60 * MINUTE_MS,
};

/** Those of which the chain may still tell something new. */
export const watchedAttempts = ({
  attempts = [],
}: Pick<PayoutWithHistory, 'attempts'>): Attempt[] =>
  attempts.filter(({ state, proof, found }) => state !== 'landed' && !proof && !found);

/** What `look_key` begins with: whom a person has to look at sorts before what the chain is asked of. */
export const REVIEW = 'review#';
export const WATCH = 'watch#';

/** The payout's key in the index of looks; undefined where nothing is to be looked at. */
export function lookKeyOf(
  payout: Pick<PayoutWithHistory, 'id' | 'attempts' | 'review'>,
): string | undefined {
  if (payout.review) return REVIEW + payout.id;
  return watchedAttempts(payout).length > 0 ? WATCH + payout.id : undefined;
}

/**
 * The payout after this was found of its attempt, or the very same object when that changes nothing.
 * Only a payout that is being paid becomes `sent`; what pays one that was given back, or has been
 * paid by another transaction, is for a person to look at. Nothing is ever given back here: a death
 * that is proven only allows it.
 */
export function afterLook(
  payout: PayoutWithHistory,
  attemptId: string,
  finding: Finding,
  at: string,
): PayoutWithHistory {
  const attempt = payout.attempts?.find(({ id }) => id === attemptId);
  if (!attempt || !watchedAttempts(payout).includes(attempt)) return payout;
  switch (finding.is) {
    case 'waiting':
      return hasLasted(payout, attempt, at) ? afterLong(payout, attempt, at) : payout;
    case 'dead': {
      const { cause, height, repeatable } = finding;
      if (repeatable && attempt.state === 'open' && isOpen(payout.status))
        return wrong(payout, attempt, 'repeatable', at);
      const proof = { cause, height, at };
      const death = { by: CHAIN, at, note: DEATHS[cause] };
      return withAttempt(payout, { death, ...attempt, state: 'dead', proof });
    }
    case 'wrong': {
      const { mismatch, transaction } = finding;
      return wrong(payout, attempt, mismatch, at, transaction);
    }
    case 'paid':
      return afterPayment(payout, attempt, finding, at);
  }
}

function wrong(
  payout: PayoutWithHistory,
  attempt: Attempt,
  found: Mismatch,
  at: string,
  transaction = attempt.id,
): PayoutWithHistory {
  const where = transaction === attempt.id ? '' : ` (${transaction})`;
  const why = `${attempt.id}: ${MISMATCHES[found]}${where}`;
  return needingReview(withAttempt(payout, { ...attempt, found }), at, why);
}

function afterPayment(
  payout: PayoutWithHistory,
  attempt: Attempt,
  { transaction, transfer }: { transaction: FinalTransaction; transfer: Transfer },
  at: string,
): PayoutWithHistory {
  const tx_hash = transaction.id;
  const evidence = evidenceOf(transaction, transfer);
  if (payout.status === 'processing') {
    const sent = afterTransition(payout, { status: 'sent', by: CHAIN, tx_hash, evidence }, at);
    return withAttempt(sent, { ...attempt, state: 'landed' });
  }
  // It was sent by this very transaction, perhaps before anybody asked the chain.
  if (payout.status === 'sent' && payout.tx_hash === tx_hash)
    return withAttempt({ evidence, ...payout }, { ...attempt, state: 'landed' });
  const isTwice = payout.status === 'sent';
  const found = isTwice ? 'paid_twice' : PAID_ALTHOUGH + payout.status;
  const why = isTwice ? 'sent by another transaction' : payout.status;
  return needingReview(
    withAttempt(payout, { ...attempt, found }),
    at,
    `${attempt.id}: It has paid, as is final, and the payout was ${why}.`,
  );
}

/** Which transfer of which block the payout rests on. */
export const evidenceOf = (
  { block, at }: Pick<FinalTransaction, 'block' | 'at'>,
  { position }: Pick<Transfer, 'position'>,
) => ({ position: BigInt(position), block, at });

/**
 * The payout with what an operator says to have sent and the chain does not call final yet: a fact,
 * whoever tells it and whatever else lives, so that nothing is given back before it is known to be
 * dead. The very same object when it is there already. Throws `payout_not_actionable` unless the
 * payout is being paid and has room for it.
 */
export function withReported(
  payout: PayoutWithHistory,
  reported: Pick<Attempt, 'id' | 'kind'> & Partial<Attempt>,
  by: string,
  at: string,
): PayoutWithHistory {
  const { attempts = [], status } = payout;
  if (attempts.some(({ id }) => id === reported.id)) return payout;
  if (status !== 'processing' || attempts.length >= ATTEMPTS_MAX) throw notActionable(payout, by);
  const attempt: Attempt = { ...reported, state: 'open', by, recorded_at: at };
  return { ...payout, attempts: [...attempts, attempt] };
}

/** A look that was made by a person in between counts as a new beginning. */
function hasLasted({ reviewed }: PayoutWithHistory, attempt: Attempt, at: string): boolean {
  const since = [attempt.recorded_at, reviewed?.at ?? ''].sort().at(-1) as string;
  return Date.parse(at) - Date.parse(since) > LASTS_MS[attempt.kind];
}

/**
 * A payout that is open is a person's to look at. Of what was told by its hash alone no death can be
 * proven: once its payout has ended it would be looked at for ever, and the daily comparison of
 * outflow finds it if it lands after all.
 */
function afterLong(payout: PayoutWithHistory, attempt: Attempt, at: string): PayoutWithHistory {
  if (isOpen(payout.status))
    return payout.review || attempt.state !== 'open'
      ? payout
      : needingReview(payout, at, `${attempt.id}: It has been waiting for long.`);
  const mayBeProven = attempt.nonce !== undefined || attempt.last_valid_block_height !== undefined;
  return mayBeProven ? payout : withAttempt(payout, { ...attempt, found: NEVER_SEEN });
}

const withAttempt = (payout: PayoutWithHistory, changed: Attempt): PayoutWithHistory => ({
  ...payout,
  // Stryker disable next-line OptionalChaining: what is changed was found among them
  attempts: payout.attempts?.map((attempt) => (attempt.id === changed.id ? changed : attempt)),
});

/** What a review already waits for is kept, as far as there is room for it. */
function needingReview(payout: PayoutWithHistory, at: string, why: string): PayoutWithHistory {
  const { why: before = '', since = at } = payout.review ?? {};
  return { ...payout, review: { why: `${why} ${before}`.trim().slice(0, WHY_MAX), since } };
}

const WHY_MAX = 1024;
