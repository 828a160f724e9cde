/** Looks at a payout's attempts on the chain, and writes what is found of them. */
import { type Finding, findingOf, unitsOfMicro } from '../../../settlement/evidence.ts';
import { afterLook, watchedAttempts } from '../../../settlement/look.ts';
import type { Chain, PaidIn, PlacedTransfer } from '../../../settlement/on-chain.ts';
import type { PayoutWithHistory } from '../../../settlement/payout-with-history.ts';
import type { Store } from '../../dynamodb/store.ts';
import { applyChange, type Change } from '../apply-change.ts';
import { accountPart } from '../apply-transition.ts';
import { findPayout, type PayoutKey } from '../payout-items.ts';
import {
  evidencePart,
  TransferTakenError,
  takenPositions,
  untilNotTaken,
} from './evidence-items.ts';

/** A network whose chain is asked: how, and what its payouts are paid in. */
export type Verified = { chain: Chain; paidIn: PaidIn };

/** Undefined for a network without a verifier. */
export type Verifiers = Partial<Record<string, Verified>>;

/** The verifiers of a stage: whom there are is known before the secret of their providers is read. */
export type VerifierSource = {
  networks: readonly string[];
  open: (store: Pick<Store, 'time'>) => Promise<Verifiers>;
};

export type LookStore = Store<'Payouts' | 'Accounts' | 'Evidence'>;

/**
 * Looks at every attempt of the payout that the chain may still tell something of, and applies what
 * it finds in one transaction. Gives the payout before and after; undefined where there is nothing
 * to look at. Throws an UndecidedError where the providers do not agree, and as `applyChange` does.
 */
export const lookAt = (
  store: LookStore,
  verifiers: Verifiers,
  key: PayoutKey,
): Promise<{ before: PayoutWithHistory; after: PayoutWithHistory } | undefined> =>
  untilNotTaken(async () => {
    const before = await findPayout(store, key);
    const verified = before && verifiers[before.network];
    if (!verified || watchedAttempts(before).length === 0) return undefined;
    const looks = await looksAt(store, verified, before);
    const { payout } = await applyChange(store, key, lookChange(store, looks));
    return { before, after: payout };
  });

type Look = { id: string; finding: Finding };

/** What is found of each attempt, those first that have paid: what follows then knows of it. */
async function looksAt(
  store: LookStore,
  { chain, paidIn }: Verified,
  payout: PayoutWithHistory,
): Promise<Look[]> {
  const looks: Look[] = [];
  const known = new Set([payout.tx_hash]);
  for (const attempt of watchedAttempts(payout)) {
    const fate = await chain.fateOf(attempt);
    const txHash = fate.is === 'final' ? fate.transaction.id : undefined;
    known.add(txHash ?? attempt.id);
    const isTaken = txHash
      ? await takenPositions(store, payout.network, txHash, payout.id)
      : () => false;
    const finding = findingOf(attempt, fate, payout, paidIn, isTaken);
    looks.push({ id: attempt.id, finding });
  }
  // Whoever took the nonce may have paid as well: then nothing is dead before a person has looked.
  const stranger = looks.some(({ finding }) => isGone(finding))
    ? await strangerThatPaid(store, { chain, paidIn }, payout, known)
    : undefined;
  const judged = looks.map(({ id, finding }): Look => {
    if (!stranger || !isGone(finding)) return { id, finding };
    const transaction = stranger.transaction;
    return { id, finding: { is: 'wrong', mismatch: 'paid_by_other', transaction } };
  });
  return judged.toSorted((one, other) => Number(isPaid(other)) - Number(isPaid(one)));
}

const isPaid = ({ finding }: Look): boolean => finding.is === 'paid';

const isGone = (finding: Finding): boolean =>
  finding.is === 'dead' && (finding.cause === 'nonce_passed' || finding.cause === 'expired');

/** A final transfer of exactly this amount to this address that is nobody's evidence. */
async function strangerThatPaid(
  store: LookStore,
  { chain, paidIn }: Verified,
  { id, network, address, amount_micro, requested_at }: PayoutWithHistory,
  known: ReadonlySet<string | undefined>,
): Promise<PlacedTransfer | undefined> {
  const units = unitsOfMicro(amount_micro, paidIn.decimals);
  const transfers = await chain.transfersTo(address, requested_at);
  for (const transfer of transfers) {
    if (transfer.units !== units || known.has(transfer.transaction)) continue;
    const isTaken = await takenPositions(store, network, transfer.transaction, id);
    if (!isTaken(transfer.position)) return transfer;
  }
  return undefined;
}

const lookChange = ({ tables }: LookStore, looks: Look[]): Change => ({
  after: (payout, at) =>
    looks.reduce((current, { id, finding }) => afterLook(current, id, finding, at), payout),
  parts: (before, after) => {
    const account =
      before.status === after.status ? undefined : accountPart(tables.Accounts, before, after);
    const evidence = evidencePart(tables.Evidence, before, after);
    return { ...(account && { account }), ...(evidence && { evidence }) };
  },
  refusal: ({ account, evidence }) => (evidence && !account ? new TransferTakenError() : undefined),
});
