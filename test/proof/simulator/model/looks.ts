/** What the scheduled settling may make of a payout, by what its chain shows of an attempt. */
import { MISMATCHES, type Mismatch } from '../../../../lib/settlement/evidence.ts';
import { type Attempt, isOpen, type Payout, statusOf, type User } from './model.ts';
import type { Action, Context } from './observation.ts';
import { isTime, payoutOf } from './operators.ts';

type Looking = Extract<Action, { kind: 'looked' | 'lasted' }>;

/** As long as one of its kind may take, in minutes. */
const LASTS_MINUTES = { evm: 120, safe: 24 * 60, solana: 60 };
const CHAIN = 'chain';

const DEATHS: Record<string, string> = {
  nonce_passed: 'Another transaction with its nonce is final.',
  expired: 'The last block height at which it could land is final, and it did not.',
  reverted: 'The transaction was reverted, and paid nothing.',
  safe_failed: 'The Safe’s inner transaction failed, and paid nothing.',
};

/** One of which the chain may still tell something. */
export const isWatched = ({ state, proof, found }: Attempt): boolean =>
  state !== 'landed' && !proof && !found;

/** What a review says of one that takes long. */
export const lastsLong = (id: string): string => `${id}: It has been waiting for long.`;

/** The states after a look; none where it cannot have been so. */
export function look(before: User, action: Looking, context: Context): User[] {
  const payout = payoutOf(before, action.payout);
  const id = action.kind === 'looked' ? action.attempt.id : action.attempt;
  const attempt = payout?.attempts?.find((one) => one.id === id);
  if (!payout || !attempt || !isWatched(attempt)) return [];
  const moments = momentsIn(payout, action, context);
  const after = moments.flatMap((at) =>
    action.kind === 'looked' ? found(payout, attempt, action, at) : lasted(payout, attempt, at),
  );
  return after.map((next) => ({ ...before, payouts: { ...before.payouts, [next.id]: next } }));
}

/** When it may have been, as far as anything tells; a review that is over by now tells nothing. */
function momentsIn(payout: Payout, action: Looking, context: Context): string[] {
  const { fromMs, skewMs } = context.observation;
  const told = action.moments.filter((at) => isTime(at, payout, context));
  const earliest = [new Date(fromMs + skewMs).toISOString(), payout.history.at(-1)?.at ?? ''];
  return told.length > 0 ? told : earliest.sort().slice(-1);
}

function found(
  payout: Payout,
  attempt: Attempt,
  { attempt: { proof, found }, transactions, evidence }: Extract<Looking, { kind: 'looked' }>,
  at: string,
): Payout[] {
  if (proof) {
    const death = { by: CHAIN, at, note: DEATHS[proof.cause] ?? '' };
    return proof.at === at ? [having(payout, { death, ...attempt, state: 'dead', proof })] : [];
  }
  const status = statusOf(payout);
  if (found?.startsWith('paid_') && found !== 'paid_by_other') {
    const isTwice = status === 'sent';
    const was = isTwice ? 'sent by another transaction' : status;
    const fits = found === (isTwice ? 'paid_twice' : `paid_although_${status}`);
    const why = `${attempt.id}: It has paid, as is final, and the payout was ${was}.`;
    return fits ? [reviewed(having(payout, { ...attempt, found }), why, at)] : [];
  }
  if (found !== undefined)
    return transactions.map((transaction) => {
      const where = transaction === attempt.id ? '' : ` (${transaction})`;
      const why = `${attempt.id}: ${MISMATCHES[found as Mismatch]}${where}`;
      return reviewed(having(payout, { ...attempt, found }), why, at);
    });
  const [tx_hash = ''] = transactions;
  const landed = having(payout, { ...attempt, state: 'landed' });
  // Somebody has said so before, and named the transaction otherwise than the attempt does.
  if (status === 'sent' && payout.history.at(-1)?.tx_hash === tx_hash) return [landed];
  if (status !== 'processing' || !evidence) return [];
  const sent = { status: 'sent' as const, at, by: CHAIN, tx_hash };
  return [{ ...landed, evidence, history: [...payout.history, sent] }];
}

/** What was looked at by a person in between has so long again. */
function lasted(payout: Payout, attempt: Attempt, at: string): Payout[] {
  const since = [attempt.recorded_at, payout.reviewed?.at ?? ''].sort().at(-1) ?? '';
  const minutes = (Date.parse(at) - Date.parse(since)) / 60_000;
  const isLong = attempt.state === 'open' && minutes > LASTS_MINUTES[attempt.kind];
  return isLong && isOpen(payout) && !payout.review
    ? [reviewed(payout, lastsLong(attempt.id), at)]
    : [];
}

const having = (payout: Payout, changed: Attempt): Payout => ({
  ...payout,
  attempts: (payout.attempts ?? []).map((one) => (one.id === changed.id ? changed : one)),
});

/** What a review waits for already stays with it. */
const reviewed = (payout: Payout, why: string, at: string): Payout => ({
  ...payout,
  review: {
    why: `${why} ${payout.review?.why ?? ''}`.trim().slice(0, 1024),
    since: payout.review?.since ?? at,
  },
});
