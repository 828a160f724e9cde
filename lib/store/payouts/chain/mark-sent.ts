/** `sent` said by hand: on a network whose chain is asked, it is the chain that answers. */
import { ApiError, invalidField } from '../../../errors.ts';
import { attemptKindsOn, txHashOn } from '../../../networks/index.ts';
import { isOpen } from '../../../payout.ts';
import { MISMATCHES, type Mismatch, matchOf } from '../../../settlement/evidence.ts';
import { evidenceOf, withReported } from '../../../settlement/look.ts';
import { type Sighting, UndecidedError } from '../../../settlement/on-chain.ts';
import type { Limits } from '../../../settlement/outflow.ts';
import type { Store } from '../../dynamodb/store.ts';
import { type Applied, applyChange } from '../apply-change.ts';
import { applyTransition, applyTransitionById, transitionChange } from '../apply-transition.ts';
import { findById } from '../queue.ts';
import type { Verified, VerifierSource } from './apply-look.ts';
import { takenPositions, takingEvidence, untilNotTaken } from './evidence-items.ts';

type Tables = 'Payouts' | 'Accounts' | 'Budgets' | 'Evidence';

/**
 * Says of the payout that this transaction has paid it. Where its network has no verifier, the
 * operator is believed. Else the transaction is looked at: final and right, it becomes the payout's
 * evidence; not final, or not yet agreed on by all providers, it is recorded as an attempt, for which
 * an unclaimed payout is claimed, and `payout_not_final` is thrown; anything else throws
 * `payout_evidence_mismatch`. Throws as `applyTransition` does besides.
 */
export async function markSent(
  store: Store<Tables>,
  verifiers: VerifierSource,
  id: string,
  { by, tx_hash }: { by: string; tx_hash: string },
  limits: Limits,
): Promise<Applied> {
  const transition = { status: 'sent', by, tx_hash } as const;
  if (verifiers.networks.length === 0) return applyTransitionById(store, id, transition, limits);
  return untilNotTaken(async () => {
    const payout = await findById(store, id);
    const txHash = txHashOn(payout.network, tx_hash);
    if (txHash === undefined) throw invalidField('tx_hash');
    // What has ended is repeated or refused by what is stored of it.
    const isAsked = isOpen(payout.status) && verifiers.networks.includes(payout.network);
    const verified = isAsked ? (await verifiers.open(store))[payout.network] : undefined;
    if (!verified) return applyTransition(store, payout, transition, limits);

    const sighting = await sightingOf(verified, txHash);
    if (sighting?.is !== 'final') {
      const said = { status: 'processing', by } as const;
      if (payout.status === 'requested') await applyTransition(store, payout, said, limits);
      const reported = asAttempt(payout.network, txHash, sighting);
      await applyChange(store, payout, {
        after: (current, at) => withReported(current, reported, by, at),
      });
      throw new ApiError('payout_not_final', {}, notFinalAs(sighting));
    }
    const { transaction } = sighting;
    const isTaken = await takenPositions(store, payout.network, transaction.id, payout.id);
    const match = matchOf(transaction, payout, verified.paidIn, isTaken);
    if ('mismatch' in match) throw mismatch(match.mismatch);
    const evidence = evidenceOf(transaction, match.transfer);
    const change = transitionChange(store, { ...transition, tx_hash: txHash, evidence }, limits);
    return applyChange(store, payout, takingEvidence(store, change));
  });
}

/** A mistyped hash should look like one. */
function notFinalAs(sighting: Sighting | undefined): string {
  if (!sighting) return `The providers do not say the same of the transaction yet; ${RECORDED}`;
  return sighting.is === 'unseen'
    ? `No provider knows this transaction, so check its hash; ${RECORDED}`
    : `The transaction is not final yet; ${RECORDED}`;
}

const RECORDED = 'it is recorded, and looked at every minute.';

const mismatch = (why: Mismatch): ApiError =>
  new ApiError('payout_evidence_mismatch', { why }, MISMATCHES[why]);

/** What the providers cannot say together is not final to anybody. */
async function sightingOf({ chain }: Verified, txHash: string): Promise<Sighting | undefined> {
  try {
    return await chain.sightingOf(txHash);
  } catch (error) {
    if (error instanceof UndecidedError) return undefined;
    throw error;
  }
}

/**
 * What is known of it. Where its nonce is not, or its last block height, nothing but a person's
 * review can say that it will never land.
 */
function asAttempt(network: string, txHash: string, sighting: Sighting | undefined) {
  if (attemptKindsOn(network).includes('solana'))
    return { id: txHash, kind: 'solana' as const, signature: txHash };
  const { sender, nonce } = sighting?.is === 'pending' ? sighting : {};
  return {
    ...{ id: txHash, kind: 'evm' as const, hash: txHash },
    ...(sender !== undefined && { sender }),
    ...(nonce !== undefined && { nonce }),
  };
}
