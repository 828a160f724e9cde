/**
 * Evidence: one transfer on the chain settles one payout. The status of a transaction proves
 * nothing, since a Safe's inner failure is a success without a transfer; so it is the transfers
 * that are looked at, each of them whole.
 */
import * as v from 'valibot';
import { isStoredUuid } from '../ids.ts';
import { MICRO_DECIMALS } from '../money.ts';
import { addressOn } from '../networks/index.ts';
import type { Payout } from '../payout.ts';
import { CLOCKS_DIFFER_MS, StoredTime } from '../time.ts';
import type { Fate, FinalTransaction, PaidIn, Transfer } from './on-chain.ts';
import { type Attempt, Count } from './records.ts';

/** Which transfer of the transaction `tx_hash` it is, in which block, and when that was made. */
export const Evidence = v.object({ position: Count, block: Count, at: StoredTime });
export type Evidence = v.InferOutput<typeof Evidence>;

/** Why a final transaction is not the payment of a payout, for operators. */
export const MISMATCHES = {
  reverted: 'The transaction was reverted, and paid nothing.',
  safe_failed: 'The Safe’s inner transaction failed, and paid nothing.',
  transfer_taken: 'Its transfer to this address is the payment of another payout.',
  too_early: 'It was made before this payout was requested.',
  memo_differs: 'Its memo names another payout.',
  amount_differs: 'It transfers another amount to this address.',
  sender_differs: 'It transfers this amount from an address that does not pay for us.',
  token_differs: 'It transfers another token to this address.',
  address_differs: 'It transfers this amount to another address.',
  no_transfer: 'It transfers nothing that could be the payment.',
  paid_by_other: 'It can never land, and a transaction that nobody recorded seems to have paid.',
  repeatable: 'It pays nothing any more, but what it was to execute others may still execute.',
} as const;
export type Mismatch = keyof typeof MISMATCHES;

/** How a final transaction settles the payout, or why it does not. */
export type Match = { transfer: Transfer } | { mismatch: Mismatch };

type Paid = Pick<Payout, 'id' | 'network' | 'address' | 'amount_micro' | 'requested_at'>;

const MICRO = 10n ** BigInt(MICRO_DECIMALS);

/**
 * The amount in the token's smallest units; undefined where they would not be whole, as of a token
 * with fewer decimals than a micro-unit has.
 */
export function unitsOfMicro(amountMicro: bigint, decimals: number): bigint | undefined {
  const microUnits = amountMicro * 10n ** BigInt(decimals);
  return microUnits % MICRO === 0n ? microUnits / MICRO : undefined;
}

/**
 * The transfer of this transaction that pays the payout: our token, from one of our senders, to its
 * address, exactly its amount, nobody else's evidence, and not older than the payout. Two payouts of
 * one amount to one address need two transfers. `isTaken` says of a position whether another payout rests on it.
 */
export function matchOf(
  transaction: FinalTransaction,
  payout: Paid,
  paidIn: PaidIn,
  isTaken: (position: number) => boolean,
): Match {
  const { succeeded, transfers, safeOutcomes } = transaction;
  if (!succeeded) return { mismatch: 'reverted' };
  const units = unitsOfMicro(payout.amount_micro, paidIn.decimals);
  const address = addressOn(payout.network, payout.address);
  const looks = transfers.map((transfer) => ({
    transfer,
    token: transfer.token === paidIn.token,
    sender: paidIn.senders.includes(transfer.from),
    address: isTo(transfer, address),
    amount: transfer.units === units,
  }));
  const but = (...others: ('token' | 'sender' | 'address' | 'amount')[]) =>
    looks.filter((look) =>
      (['token', 'sender', 'address', 'amount'] as const).every(
        (name) => look[name] || others.includes(name),
      ),
    );
  const exact = but();
  if (exact.length > 0) {
    if (!isNamedIn(transaction, payout.id)) return { mismatch: 'memo_differs' };
    const free = exact.find(({ transfer }) => !isTaken(transfer.position));
    if (!free) return { mismatch: 'transfer_taken' };
    return isOlder(transaction, payout) ? { mismatch: 'too_early' } : { transfer: free.transfer };
  }
  if (but('amount').length > 0) return { mismatch: 'amount_differs' };
  if (but('sender').length > 0) return { mismatch: 'sender_differs' };
  if (but('token').length > 0) return { mismatch: 'token_differs' };
  if (but('address').length > 0) return { mismatch: 'address_differs' };
  // Any contract can say so; only of a Safe of ours does it say that ours paid nothing.
  const hasFailed = safeOutcomes.some(
    ({ safe, succeeded }) => !succeeded && paidIn.senders.includes(safe),
  );
  return { mismatch: hasFailed && transfers.length === 0 ? 'safe_failed' : 'no_transfer' };
}

/**
 * Whether it was made before anybody asked for the payout, and so has paid for something else: such
 * as a payout that was sent before the chain was asked, and rests on no evidence.
 */
const isOlder = ({ at }: FinalTransaction, { requested_at }: Paid): boolean =>
  Date.parse(at) < Date.parse(requested_at) - CLOCKS_DIFFER_MS;

/** Whether it pays this address, which on Solana is that of an owner or of an account of tokens. */
export const isTo = ({ to, account }: Transfer, address: string): boolean =>
  to === address || account === address;

/** Memos that are ids say whom a transaction pays; any others, and none, say nothing. */
function isNamedIn({ memos }: FinalTransaction, id: string): boolean {
  const ids = memos.map((memo) => memo.trim().toLowerCase()).filter(isStoredUuid);
  return ids.length === 0 || ids.includes(id);
}

/** What a look at one attempt has found. */
export type Finding =
  | { is: 'waiting' }
  | { is: 'paid'; transaction: FinalTransaction; transfer: Transfer }
  /**
   * It has paid nothing and never will, as is final at this height. It is `repeatable` where that
   * says nothing of what it was to execute: a contract of ours may have it executed by others, as a
   * Safe has whatever its owners have signed.
   */
  | { is: 'dead'; cause: Death; height: bigint; repeatable: boolean }
  /** It has done something that nobody meant, and that a person has to look at. */
  | { is: 'wrong'; mismatch: Mismatch; transaction: string };

/** What an attempt dies of: only what is final is a proof. */
export const DEATHS = {
  nonce_passed: 'Another transaction with its nonce is final.',
  expired: 'The last block height at which it could land is final, and it did not.',
  reverted: MISMATCHES.reverted,
  safe_failed: MISMATCHES.safe_failed,
} as const;
export type Death = keyof typeof DEATHS;

/** What became of the attempt, as far as it concerns the payout. */
export function findingOf(
  attempt: Attempt,
  fate: Fate,
  payout: Paid,
  paidIn: PaidIn,
  isTaken: (position: number) => boolean,
): Finding {
  if (fate.is === 'open') return { is: 'waiting' };
  const dead = (cause: Death, height: bigint): Finding => {
    // A Safe's failure uses its nonce up, and whoever pays with a key signs nothing for others.
    const isOwn = attempt.kind !== 'evm' || paidIn.senders.some((own) => own === attempt.sender);
    return { is: 'dead', cause, height, repeatable: !isOwn && cause !== 'safe_failed' };
  };
  if (fate.is === 'gone') return dead(fate.cause, fate.height);
  const { transaction } = fate;
  if (attempt.kind === 'safe') {
    // What a Safe says of this very transaction counts before what others in the same one did.
    const own = transaction.safeOutcomes.find(
      ({ safe, safe_tx_hash }) => safe === attempt.safe && safe_tx_hash === attempt.safe_tx_hash,
    );
    // Where it says nothing, as where all was reverted, its nonce may still be used.
    if (!transaction.succeeded || !own) return { is: 'waiting' };
    if (!own.succeeded) return dead('safe_failed', transaction.block);
  }
  const match = matchOf(transaction, payout, paidIn, isTaken);
  if ('transfer' in match) return { is: 'paid', transaction, transfer: match.transfer };
  const { mismatch } = match;
  return mismatch === 'reverted' || mismatch === 'safe_failed'
    ? dead(mismatch, transaction.block)
    : { is: 'wrong', mismatch, transaction: transaction.id };
}
