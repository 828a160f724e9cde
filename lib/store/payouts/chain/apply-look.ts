/** Looks at a payout's attempts on the chain, and writes what is found of them. */
import { addressOn } from '../../../networks/index.ts';
import { type Finding, findingOf, unitsOfMicro } from '../../../settlement/evidence.ts';
import { afterLook, watchedAttempts } from '../../../settlement/look.ts';
import {
  type Chain,
  type PaidIn,
  type PlacedTransfer,
  UndecidedError,
} from '../../../settlement/on-chain.ts';
import type { PayoutWithHistory } from '../../../settlement/payout-with-history.ts';
import type { Store } from '../../dynamodb/store.ts';
import { applyChange, type Change } from '../apply-change.ts';
import { accountPart } from '../apply-transition.ts';
import { findPayout, type PayoutKey } from '../payout-items.ts';
import { takenPositions, takingEvidence, untilNotTaken } from './evidence-items.ts';

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
 * to look at. An attempt of which the providers do not agree still waits, as far as anybody knows, so
 * that one which never becomes clear is a person's to look at in the end; `undecided` says why.
 * Throws as `applyChange` does.
 */
export const lookAt = (
  store: LookStore,
  verifiers: Verifiers,
  key: PayoutKey,
): Promise<Looked | undefined> =>
  untilNotTaken(async () => {
    const before = await findPayout(store, key);
    const verified = before && verifiers[before.network];
    if (!verified || watchedAttempts(before).length === 0) return undefined;
    const { looks, undecided } = await looksAt(store, verified, before);
    const { payout } = await applyChange(store, key, lookChange(store, looks));
    return { before, after: payout, undecided };
  });

export type Looked = { before: PayoutWithHistory; after: PayoutWithHistory; undecided: string[] };

type Look = { id: string; finding: Finding };

/** What is found of each attempt, those first that have paid: what follows then knows of it. */
async function looksAt(
  store: LookStore,
  { chain, paidIn }: Verified,
  payout: PayoutWithHistory,
): Promise<{ looks: Look[]; undecided: string[] }> {
  const undecided: string[] = [];
  const unlessUndecided = async <Answer>(asked: Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof UndecidedError)) throw error;
      undecided.push(error.message);
      return undefined;
    }
  };
  const looks: Look[] = [];
  const known = new Set([payout.tx_hash]);
  const gone = new Set<string>();
  for (const attempt of watchedAttempts(payout)) {
    const fate = (await unlessUndecided(chain.fateOf(attempt))) ?? ({ is: 'open' } as const);
    const txHash = fate.is === 'final' ? fate.transaction.id : undefined;
    // That a gone one has paid would contradict its being gone.
    if (fate.is === 'gone') gone.add(attempt.id);
    else known.add(txHash ?? attempt.id);
    const isTaken = txHash
      ? await takenPositions(store, payout.network, txHash, payout.id)
      : // Stryker disable next-line ArrowFunction,BooleanLiteral: asked of what is final alone
        () => false;
    const finding = findingOf(attempt, fate, payout, paidIn, isTaken);
    looks.push({ id: attempt.id, finding });
  }
  const sorted = looks.toSorted((one, other) => Number(isPaid(other)) - Number(isPaid(one)));
  if (gone.size === 0) return { looks: sorted, undecided };
  // Whoever took the nonce may have paid as well: then nothing is dead before a person has looked.
  const strangers = await unlessUndecided(
    strangersThatPaid(store, { chain, paidIn }, payout, { known, gone }),
  );
  const judged = sorted.map(({ id, finding }): Look => {
    if (!gone.has(id)) return { id, finding };
    if (!strangers) return { id, finding: { is: 'waiting' } };
    const [stranger] = strangers;
    if (!stranger) return { id, finding };
    const { transaction } = stranger;
    return { id, finding: { is: 'wrong', mismatch: 'paid_by_other', transaction } };
  });
  return { looks: judged, undecided };
}

const isPaid = ({ finding }: Look): boolean => finding.is === 'paid';

/**
 * The final transfers of exactly this amount to this address that are nobody's evidence. Throws an
 * UndecidedError where a transaction of which the providers have no receipt is among those that paid
 * there: they have lost it, or have not got it yet, and it is not gone.
 */
async function strangersThatPaid(
  store: LookStore,
  { chain, paidIn }: Verified,
  { id, network, address, amount_micro, requested_at }: PayoutWithHistory,
  { known, gone }: { known: ReadonlySet<string | undefined>; gone: ReadonlySet<string> },
): Promise<PlacedTransfer[]> {
  const strangers: PlacedTransfer[] = [];
  const units = unitsOfMicro(amount_micro, paidIn.decimals);
  const transfers = await chain.transfersTo(addressOn(network, address), requested_at);
  for (const transfer of transfers) {
    if (gone.has(transfer.transaction))
      throw new UndecidedError('a transaction that has paid has no receipt');
    if (transfer.units !== units || known.has(transfer.transaction)) continue;
    const isTaken = await takenPositions(store, network, transfer.transaction, id);
    if (!isTaken(transfer.position)) strangers.push(transfer);
  }
  return strangers;
}

const lookChange = (store: LookStore, looks: Look[]): Change =>
  takingEvidence(store, {
    after: (payout, at) =>
      looks.reduce((current, { id, finding }) => afterLook(current, id, finding, at), payout),
    parts: (before, after) => {
      if (before.status === after.status) return {};
      const account = accountPart(store.tables.Accounts, before, after);
      return account ? { account } : {};
    },
  });
