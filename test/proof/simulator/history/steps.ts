/** What can be asked of the service, in a form that can be written down, repeated and left out. */
import type { Told } from '../model/model.ts';

/** A payout, named by the operation that asked for it: the same in every repetition. */
export type PayoutRef = { user: number; operation: number };

export type BillingMessage =
  | {
      type: 'granted';
      user: number;
      reward: string;
      amount: string;
      unlocksAt: string;
      time: string;
      source: string;
    }
  | { type: 'reversed'; user: number; reward: string }
  | { type: 'opened'; user: number; invoice: string; total: string }
  | { type: 'closed'; user: number; invoice: string }
  | { type: 'malformed'; user: number };

/** A request that is refused whatever the data says, with the reason. */
type Refused = { refusal?: string };

/** An attempt as it is told, with numbers that JSON can hold. */
export type ToldAttempt = Omit<Told, 'nonce' | 'last_valid_block_height'> & {
  nonce?: number;
  last_valid_block_height?: number;
};

/**
 * What is done with the chain in between. Payers and inspectors look at the payout and at the chain,
 * do what has to come next, and so on for `steps` steps, after which they are gone: whoever comes
 * next knows only what the service tells. `ahead` is how far beyond the next nonce of its sender a
 * payer puts a transaction, `replaces` says whether it replaces one that waits.
 */
export type PayersOperation =
  | {
      kind: 'pay';
      operator: string;
      payout: PayoutRef;
      steps: number;
      through: 'evm' | 'safe';
      ahead: number;
      replaces: boolean;
      /** Says that it is sent as soon as it has landed, where the service looks for itself. */
      early: boolean;
      /** Says so of what is final; else that is left to the service, where it looks for itself. */
      tells: boolean;
    }
  | {
      kind: 'payMany';
      operator: string;
      payouts: PayoutRef[];
      through: 'evm' | 'safe';
      ahead: number;
    }
  | { kind: 'inspect'; operator: string; payout: PayoutRef; note: string }
  /** Blocks are made: transactions land, or others of their sender do in their place. */
  | { kind: 'blocks'; count: number };

/** How many pages are asked for one after the other, each with the cursor of the one before. */
type Walk = { pages?: number };

/**
 * Amounts are decimal digits; `spelling` is another JSON literal of the same number. `newer` is
 * a payout written by a version that knows more networks, before it was rolled back.
 */
export type Operation =
  | ({
      kind: 'payout';
      user: number;
      amount: string;
      spelling?: string | undefined;
      network: string;
      address: string;
      key?: string | undefined;
    } & Refused)
  | { kind: 'spend'; user: number; invoice: string; amount: string; key?: string | undefined }
  | { kind: 'cancel'; user: number; payout: PayoutRef }
  | { kind: 'get'; user: number; payout: PayoutRef }
  | ({ kind: 'list'; user: number; limit: number; statuses?: string[] } & Walk)
  | ({ kind: 'rewards'; user: number; limit: number } & Walk)
  | { kind: 'me'; user: number }
  | { kind: 'stranger'; user: number; session: 'missing' | 'expired' | 'revoked' | 'unknown' }
  | { kind: 'claim'; operator: string; payout: PayoutRef }
  | { kind: 'sent'; operator: string; payout: PayoutRef; hash: string }
  | {
      kind: 'failed' | 'cancelled';
      operator: string;
      payout: PayoutRef;
      note: string;
      reason?: string;
      internalNote?: string;
    }
  | { kind: 'release'; operator: string; payout: PayoutRef; note: string }
  | { kind: 'approve'; operator: string; payout: PayoutRef; amount: string; address: string }
  | { kind: 'attempt'; operator: string; payout: PayoutRef; told: ToldAttempt }
  | { kind: 'review'; operator: string; payout: PayoutRef; dead: string[]; note: string }
  | { kind: 'freeze' | 'thaw'; operator: string; user: number; note: string }
  | PayersOperation
  | { kind: 'show'; operator: string; payout: PayoutRef }
  | { kind: 'user'; operator: string; user: number }
  | ({
      kind: 'queue';
      operator: string;
      status: 'requested' | 'processing';
      limit: number;
    } & Walk)
  | { kind: 'newer'; user: number; amount: string; network: string; address: string }
  | { kind: 'events'; messages: BillingMessage[] }
  | { kind: 'sweep' }
  /** The scheduled settling runs. */
  | { kind: 'settle' };

/**
 * What is done between the steps: the stream is published and what the bus got is checked; users are
 * made of whom items are then forged or deleted, and reconciliation has to name exactly these.
 */
export type Duty = 'stream' | 'damage' | 'reconcile';

/** `skewMs` is how far the clock is off of the instance that serves it. */
export type Numbered = { id: number; operation: Operation; skewMs: number };

/** Operations that are under way at once, at a moment, with the faults on the wire. */
export type Step = {
  number: number;
  /** Of the dice that are thrown within the step. */
  seed: string;
  /** Epoch milliseconds of the simulated clock at its beginning. */
  atMs: number;
  operations: Numbered[];
  /** In place of operations. */
  duty?: Duty;
  /** `storm`: nothing reaches the database; `crash`: the engine is started anew before the step. */
  faultMode: 'calm' | 'faults' | 'storm' | 'crash';
  /** Writes that were kept for later arrive before it. */
  deliverLate: boolean;
  /** DynamoDB has deleted the keys that had expired before it. */
  deleteExpired: boolean;
};

/** The users that an operation is about. */
export function usersOf(operation: Operation): number[] {
  if (operation.kind === 'events') return [...new Set(operation.messages.map(({ user }) => user))];
  if (operation.kind === 'payMany') return [...new Set(operation.payouts.map(({ user }) => user))];
  const owner = 'payout' in operation ? [operation.payout.user] : [];
  return 'user' in operation ? [...new Set([operation.user, ...owner])] : owner;
}
