/** What looks of the chain have made of payouts, held against the model's chain. */
import { type Finding, findingOf } from '../../../../lib/settlement/evidence.ts';
import { isWatched, lastsLong } from '../model/looks.ts';
import type { Attempt, Evidence, Payout, User } from '../model/model.ts';
import type { Action } from '../model/observation.ts';
import type { Chain } from './chain.ts';
import { fateOf, isTakenFrom, paidOf, type Taken } from './facts.ts';
import { hashOf, isVerified, paidInOn, paymentsIn } from './transactions.ts';

/** What the chain itself has to say of an attempt, by the service's own rules. */
function judged(chain: Chain, taken: Taken, payout: Payout, attempt: Attempt): Finding {
  const { network, id } = payout;
  const fate = fateOf(chain, network, attempt);
  const hash = fate.is === 'final' ? fate.transaction.id : attempt.id;
  const isTaken = isTakenFrom(taken, network, hash, id);
  return findingOf(attempt, fate, paidOf(payout), paidInOn(payout.network), isTaken);
}

type Looked = Extract<Action, { kind: 'looked' | 'lasted' }>;

/**
 * What looks of the chain may have made of a user's payouts since the state before, each of which may
 * have come at any moment of a run; and what of it the chain does not prove. `texts` is what anybody
 * was told meanwhile.
 */
export function looksBetween(
  chain: Chain,
  taken: Taken,
  before: User,
  stored: User,
  { user, texts }: { user: number; texts: readonly string[] },
): { looks: { network: string; action: Looked }[]; faults: string[] } {
  const looks: { network: string; action: Looked }[] = [];
  const faults: string[] = [];
  for (const { id, madeBy, attempts: had = [] } of Object.values(before.payouts)) {
    const payout = stored.payouts[id];
    if (madeBy === undefined || !payout || !isVerified(payout.network)) continue;
    const { network, attempts = [], review } = payout;
    const told = [JSON.stringify(review ?? {}), ...texts];
    const since = told.flatMap((text) =>
      [...text.matchAll(/"since":"([^"]+)"/g)].map(([, at]) => at ?? ''),
    );
    const ref = { user, operation: madeBy };
    for (const attempt of attempts) {
      const was = had.find((one) => one.id === attempt.id);
      if (was && !isWatched(was)) continue;
      if (told.some((text) => text.includes(lastsLong(attempt.id))))
        looks.push({
          network,
          action: { kind: 'lasted', payout: ref, attempt: attempt.id, moments: since },
        });
      if (isWatched(attempt)) continue;
      const { fault, transactions, evidence } = proofOf(chain, taken, payout, attempt);
      if (fault !== undefined) faults.push(fault);
      const at = attempt.proof?.at ?? payout.history.find(({ by }) => by === 'chain')?.at;
      const moments = at === undefined ? since : [at, ...since];
      const found = { kind: 'looked' as const, payout: ref, attempt, transactions, moments };
      looks.push({ network, action: { ...found, ...(evidence && { evidence }) } });
    }
  }
  return { looks, faults };
}

type Proof = { fault?: string; transactions: string[]; evidence?: Evidence };

/** Whether the chain shows what is stored of the attempt, and by which transaction. */
function proofOf(chain: Chain, taken: Taken, payout: Payout, attempt: Attempt): Proof {
  const { proof, found } = attempt;
  const { id, network } = payout;
  const final = chain.finalOf(attempt);
  const transactions = [final?.transaction.hash ?? attempt.id];
  const finding = judged(chain, taken, payout, attempt);
  const isSo = (holds: boolean, what: string): Proof =>
    holds
      ? { transactions }
      : { transactions, fault: `payout ${id}: ${attempt.id} is called ${what}, and is not` };
  if (proof) return isSo(finding.is === 'dead' && finding.cause === proof.cause, proof.cause);
  if (found === 'repeatable') return isSo(finding.is === 'dead' && finding.repeatable, found);
  if (found === 'paid_by_other') {
    const strangers = chain
      .finalsOn(network)
      .filter(
        (transaction) =>
          !(payout.attempts ?? []).some((own) => hashOf(own) === transaction.hash) &&
          paymentsIn(transaction, payout).length > 0,
      );
    const isOut = finding.is === 'dead' && strangers.length > 0;
    return { ...isSo(isOut, found), transactions: strangers.map(({ hash }) => hash) };
  }
  const payments = final ? paymentsIn(final.transaction, payout) : [];
  if (found?.startsWith('paid_')) return isSo(payments.length > 0, found);
  if (found !== undefined) return isSo(finding.is === 'wrong' && finding.mismatch === found, found);
  const { evidence } = payout;
  return { transactions, ...(evidence && { evidence }) };
}
