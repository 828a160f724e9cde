/** What the providers of a network say of its chain, in words that are no network's own. */
import type { Attempt } from './records.ts';

/** One transfer of a token; addresses, token and ids are in the one spelling of their network. */
export type Transfer = {
  /** Of an EVM chain the index of its log, on Solana that of its instruction. */
  position: number;
  /** The contract, or the mint. */
  token: string;
  from: string;
  to: string;
  /** On Solana the account of `to` that received it: a payout may name that one as its address. */
  account?: string;
  /** In the token's smallest units. */
  units: bigint;
};

/** A transaction that no reorganization takes away any more. */
export type FinalTransaction = {
  /** What its network calls it: a hash, or its first signature. */
  id: string;
  /** The number of its block; on Solana its slot. */
  block: bigint;
  /** When that block was made (RFC 3339). */
  at: string;
  /** False where it was reverted as a whole. True proves nothing of what it was to pay. */
  succeeded: boolean;
  transfers: Transfer[];
  /** What Solana's memo program was told. */
  memos: string[];
  /** What Safes say of what they executed in it, each by its own hash. */
  safeOutcomes: { safe: string; safe_tx_hash: string; succeeded: boolean }[];
};

/**
 * What became of an attempt: it may still land, or has and is not final; it can never land any more,
 * as is final at this height of the chain, for this cause; or it has landed.
 */
export type Fate =
  | { is: 'open' }
  | { is: 'gone'; cause: 'nonce_passed' | 'expired'; height: bigint }
  | { is: 'final'; transaction: FinalTransaction };

/**
 * What is known of a transaction that is not final: enough to find out what becomes of it. The sender
 * and its nonce are told only where it dies with them, or where the sender is none of ours.
 */
export type Sighting =
  | { is: 'unseen' }
  | { is: 'pending'; sender?: string; nonce?: bigint }
  | { is: 'final'; transaction: FinalTransaction };

/** A transfer, and where it is to be found. */
export type PlacedTransfer = Transfer & { transaction: string; block: bigint; at: string };

/**
 * The providers of one network, who have to agree on every word. Each method throws an
 * UndecidedError where they do not, or where one of them lags, fails, or answers what no chain can
 * say: that decides nothing, and is asked again later.
 */
export type Chain = {
  fateOf: (attempt: Attempt) => Promise<Fate>;
  sightingOf: (txHash: string) => Promise<Sighting>;
  /** Every final transfer of the token, by one of the senders to this address, since then. */
  transfersTo: (address: string, since: string) => Promise<PlacedTransfer[]>;
  /** Every final one by a sender in these days (UTC), of which the last must be over and final. */
  transfersWithin: (firstDay: string, lastDay: string) => Promise<PlacedTransfer[]>;
};

/** The providers differ, or one of them does not answer as it must: nothing follows from it. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
}

/** What a network's payouts are paid in and by whom, in the network's one spelling. */
export type PaidIn = {
  token: string;
  decimals: number;
  /** Keys, Safes and contracts that disperse: whoever the token's transfers come from. */
  senders: readonly string[];
};
