/** Transitions of a payout: which status may follow which, and which repeated one is the same. */
import * as v from 'valibot';
import { ApiError, invalidField } from '../errors.ts';
import { visible } from '../hidden-text.ts';
import { txHashOn } from '../networks/index.ts';
import { isOpen, OWNER, type PayoutStatus } from '../payout.ts';
import type { Evidence } from './evidence.ts';
import { type PayoutWithHistory, statusSince } from './payout-with-history.ts';
import { REASONS } from './reasons.ts';
import { type Attempt, PAID_ALTHOUGH } from './records.ts';

/** What somebody (`user` or the ARN of an operator) wants to become of a payout. */
export type Transition = { by: string } & (
  | { status: 'processing'; note?: never }
  /** A claim that is given up, so that others can have it. */
  | { status: 'requested'; note: string }
  /** With what proves it, on a network whose chain is asked. */
  | { status: 'sent'; tx_hash: string; evidence?: Evidence }
  /** Only the owner's own cancel goes without a note. */
  | ({ status: 'failed' | 'cancelled' } & Partial<UnpaidReport>)
);

export const MAX_NOTE_CHARACTERS = 500;

/** Counted in characters, not UTF-16 units. */
export const Note = v.pipe(v.string(), v.trim(), visible(), v.maxCodePoints(MAX_NOTE_CHARACTERS));

/** What an operator tells of a payout that ends unpaid: the last is for operators alone. */
export const UnpaidReport = v.object({
  reason: v.optional(v.picklist(REASONS)),
  note: Note,
  internal_note: v.optional(Note),
});
export type UnpaidReport = v.InferOutput<typeof UnpaidReport>;

/** Why a claim is given up, a user frozen or thawed; operators read it. */
export const NoteReport = v.object({ note: Note });

/** What an operator tells of one that was paid; a hash that is missing has an error of its own. */
export const SentReport = v.object({ tx_hash: v.optional(v.string(), '') });

const MAY_FOLLOW = {
  processing: ['requested'],
  requested: ['processing'],
  sent: ['requested', 'processing'],
  failed: ['requested', 'processing'],
  cancelled: ['requested', 'processing'],
} satisfies Record<Transition['status'], PayoutStatus[]>;

/** An item has 400 KB: with a longer history, and what may be beside it, no end would fit any more. */
const CLAIMABLE_HISTORY_MAX = 100;

/** An owner cannot take back what an operator may be paying at this moment. */
const OWNER_MAY_CANCEL: PayoutStatus[] = ['requested'];

/**
 * The payout after the transition, or the very same object when it was made already. `at` is the
 * moment of it (RFC 3339). Throws `invalid_args` for a hash that its network does not have,
 * `payout_not_actionable`, and `payout_may_be_sent` for an operator who would give back what an
 * attempt may pay; its owner, who knows of neither attempts nor reviews, gets the former for that.
 */
export function afterTransition(
  payout: PayoutWithHistory,
  wanted: Transition,
  at: string,
): PayoutWithHistory {
  const transition = asStored(wanted, payout.network);
  const { by, status, ...content } = transition;
  if (isLike(payout, transition)) return payout;
  const from: PayoutStatus[] = by === OWNER ? OWNER_MAY_CANCEL : MAY_FOLLOW[status];
  if (!from.includes(payout.status) || (by === OWNER && mayBeSent(payout)))
    throw notActionable(payout, by);
  if (status === 'processing' && payout.history.length >= CLAIMABLE_HISTORY_MAX) {
    const message = 'The payout was claimed and given up too often; say what became of it.';
    throw notActionable(payout, by, message);
  }
  // Whoever claims it is about to pay: what may have been paid is not for that either.
  if (status !== 'sent') mustNotBeSent(payout);

  const isEnd = !isOpen(status);
  return {
    ...payout,
    ...(isEnd && { ...content, completed_at: at }),
    // Stryker disable next-line ConditionalExpression: no other step has a hash
    ...(transition.status === 'sent' && landedBy(payout, transition.tx_hash)),
    status,
    history: [...payout.history, { status, at, by, ...(!isEnd && content) }],
  };
}

/**
 * Nothing goes back that may have left, or may still leave: throws `payout_may_be_sent` while one of
 * these attempts is not known to be dead, or while somebody has to look at the payout first.
 */
export function mustNotBeSent(
  payout: PayoutWithHistory,
  living: Attempt[] = livingAttempts(payout),
): void {
  if (mayBeSent(payout, living))
    throw new ApiError('payout_may_be_sent', { attempts: living.map(({ id }) => id) });
}

const mayBeSent = (payout: PayoutWithHistory, living = livingAttempts(payout)): boolean =>
  living.length > 0 || payout.review !== undefined;

/**
 * Those that may have paid the payout, or may still: also one for whose death somebody had vouched,
 * and that has paid all the same.
 */
export const livingAttempts = ({ attempts = [] }: PayoutWithHistory): Attempt[] =>
  attempts.filter(({ state, found }) => state !== 'dead' || found?.startsWith(PAID_ALTHOUGH));

/** The attempts, of which this transaction has landed if it is among them. */
export const landedBy = ({ attempts }: Pick<PayoutWithHistory, 'attempts'>, txHash: string) =>
  attempts && {
    attempts: attempts.map((attempt) =>
      attempt.id === txHash ? { ...attempt, state: 'landed' as const } : attempt,
    ),
  };

/** To operators it also says who brought the payout where it is, and when. */
export function notActionable(
  payout: PayoutWithHistory,
  askedBy: string,
  message?: string,
): ApiError {
  const { status, history } = payout;
  const held = askedBy !== OWNER && { by: history.at(-1)?.by, since: statusSince(payout) };
  return new ApiError('payout_not_actionable', { status, ...held }, message);
}

/** With the hash in the one spelling of its network. Throws `invalid_args` for what is none. */
function asStored(transition: Transition, network: string): Transition {
  if (transition.status !== 'sent') return transition;
  const tx_hash = txHashOn(network, transition.tx_hash);
  if (tx_hash === undefined) throw invalidField('tx_hash');
  return { ...transition, tx_hash };
}

/** Whether the payout stands where the transition leads, with the same content. */
function isLike(payout: PayoutWithHistory, transition: Transition): boolean {
  if (payout.status !== transition.status) return false;
  const last = payout.history.at(-1);
  switch (transition.status) {
    // Who made a claim is its content: a second operator must not believe that the payout is
    // theirs. Only a claim that is given up has a note.
    case 'processing':
    case 'requested':
      return last?.by === transition.by && last.note === transition.note;
    case 'sent':
      // One that was stored before hashes had one spelling is read as if it had been.
      // Stryker disable next-line StringLiteral: neither text is a hash on any network
      return txHashOn(payout.network, payout.tx_hash ?? '') === transition.tx_hash;
    default:
      return (['reason', 'note', 'internal_note'] as const).every(
        (name) => payout[name] === transition[name],
      );
  }
}
