/** `sent` by hand on a network whose chain the service asks: it is the chain that answers. */
import { type Evidence, isOpen, type Payout, statusOf, type Told, type User } from './model.ts';
import {
  ATTEMPTS_MAX,
  attemptRule,
  notActionable,
  type Refusal,
  type Rule,
  type Ruling,
  transitionRule,
} from './settlement.ts';

/** What the chain has of the transaction that somebody says to have paid, when a step is over. */
export type Sighted = {
  /** The transfers in it that pay the payout, where it is final. */
  evidence: Evidence[];
  /** Why it pays nothing, where it is final and none is free. */
  mismatch: string | undefined;
  /** What may be known of it by a provider that does not call it final, or is not heard. */
  reported: Told[];
};

/**
 * `sent` on a network whose chain the service asks: by what the chain shows it is sent, or is not, or
 * is an attempt from now on. An unclaimed payout is claimed first, which is an observation of its own.
 */
export const sentRule = (by: string, txHash: string, sighted: Sighted): Rule => {
  const transition = transitionRule({ status: 'sent', by, tx_hash: txHash });
  return {
    by,
    of(payout, user) {
      if (!isOpen(payout)) return transition.of(payout, user);
      const sent = transition.of(payout, user);
      const rulings: Ruling[] = sighted.evidence.map((evidence) =>
        typeof sent === 'object' && 'becomes' in sent
          ? {
              ...sent,
              becomes: (at, days) =>
                sent.becomes(at, days).map((after) => ({ ...after, evidence })),
            }
          : sent,
      );
      if (sighted.mismatch !== undefined) rulings.push(isNoPayment(sighted.mismatch));
      return [...rulings, ...reported(payout, user, by, sighted)];
    },
    atIn: transition.atIn,
  };
};

const isNoPayment = (why: string): Refusal => ({
  ...{ status: 409, tag: 'payout_evidence_mismatch', details: { why } },
});
const NOT_FINAL: Refusal = { status: 409, tag: 'payout_not_final' };

function reported(payout: Payout, user: User, by: string, sighted: Sighted): Ruling[] {
  const { attempts = [] } = payout;
  if (attempts.some(({ id }) => sighted.reported.some((told) => told.id === id)))
    return [NOT_FINAL];
  if (statusOf(payout) !== 'processing') {
    const claim = transitionRule({ status: 'processing', by }).of(payout, user);
    if (typeof claim === 'object' && 'tag' in claim) return [claim];
    // It was claimed, and released or ended before it could be recorded.
    const isOver = notActionable(payout, by);
    const limitMicro = typeof claim === 'object' ? claim.limitMicro : undefined;
    return [isOver, { becomes: () => [], limitMicro }];
  }
  // Somebody else may have claimed it at the same moment.
  const isHeld = notActionable(payout, by);
  if (attempts.length >= ATTEMPTS_MAX) return [isHeld];
  const recorded = sighted.reported.map((told): Ruling => {
    const attempt = { ...told, state: 'open' as const, by };
    return {
      becomes: (at) => [{ ...payout, attempts: [...attempts, { ...attempt, recorded_at: at }] }],
      answers: NOT_FINAL,
      atIn: attemptRule(by, told).atIn,
    };
  });
  return [isHeld, ...recorded];
}
