/** A chain of this machine, with a token on it and a treasury that pays in it. */
import type { PayoutToken } from '../../../../lib/networks/token.ts';
import type { AttemptReport } from '../../../../lib/settlement/records.ts';

export type Payment = {
  payoutId: string;
  /** As the payout names it. */
  address: string;
  /** In the token's smallest units. */
  units: bigint;
};

/** A transaction that is signed, and that the chain has not heard of. */
export type SignedPayment = {
  /** What is to be recorded before it is sent. */
  attempt: AttemptReport;
  /** What the chain calls the transaction. */
  transaction: string;
  send: () => Promise<void>;
};

/** How far a transaction has come. */
export type Progress = {
  /** The number of its block, on Solana its slot; undefined while it is in none. */
  block?: bigint;
  /** The blocks that came after its own. */
  confirmations: bigint;
};

export type LocalChain = {
  token: PayoutToken;
  /** What the token's transfers come from. */
  senders: string[];
  /** Two, of one and the same node: whoever asks several providers has several to ask. */
  urls: string[];
  /** How many confirmations make a transaction final. */
  finalAfter: bigint;
  sign: (payment: Payment) => Promise<SignedPayment>;
  progressOf: (transaction: string) => Promise<Progress>;
  /** Resolves when its node is no more, on purpose or not; absent where it is this very process. */
  ended?: Promise<void>;
  stop: () => Promise<void>;
};

/** Far more than all payouts that anybody requests here. */
export const TREASURY_TOKENS = 1_000_000_000n;

export const urlsOf = (url: string): string[] => [`${url}/?provider=1`, `${url}/?provider=2`];
