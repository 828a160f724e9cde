/** Transitions of a payout: which status may follow which, and which repeated one is the same. */
import * as v from 'valibot';
import { ApiError, invalidField } from '../errors.ts';
import { visible } from '../hidden-text.ts';
import { txHashOn } from '../networks/index.ts';
import { OWNER, type PayoutStatus, PayoutWithHistory, statusSince } from '../payout.ts';

/** What somebody (`user` or the ARN of an operator) wants to become of a payout. */
export type Transition = { by: string } & (
  | { status: 'processing' }
  | { status: 'sent'; tx_hash: string }
  /** Only the owner's own cancel goes without a note. */
  | { status: 'failed' | 'cancelled'; note?: string }
);

export const MAX_NOTE_CHARACTERS = 500;

/** Why a payout failed or was cancelled, for its owner. Counted in characters, not UTF-16 units. */
export const Note = v.pipe(v.string(), v.trim(), visible(), v.maxCodePoints(MAX_NOTE_CHARACTERS));

/** What an operator tells of a payout that ends unpaid. */
export const UnpaidReport = v.object({ note: Note });

/** What an operator tells of one that was paid; a hash that is missing has an error of its own. */
export const SentReport = v.object({ tx_hash: v.optional(v.string(), '') });

/** Every transition leads to a status further down: a status that was left never returns. */
const MAY_FOLLOW = {
  processing: ['requested'],
  sent: ['requested', 'processing'],
  failed: ['requested', 'processing'],
  cancelled: ['requested', 'processing'],
} satisfies Record<Transition['status'], PayoutStatus[]>;

/** An owner cannot take back what an operator may be paying at this moment. */
const OWNER_MAY_CANCEL: PayoutStatus[] = ['requested'];

/**
 * The payout after the transition, or the very same object when it was made already. `at` is the
 * moment of it (RFC 3339). Throws `invalid_args` for a hash that its network does not have, and
 * `payout_not_actionable`.
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
  if (!from.includes(payout.status)) throw notActionable(payout, by);

  // Parsed for the order of its fields: a repetition gets the same bytes from the stored item.
  return v.parse(PayoutWithHistory, {
    ...payout,
    ...content,
    status,
    ...(status !== 'processing' && { completed_at: at }),
    history: [...payout.history, { status, at, by }],
  });
}

/** To operators it also says who brought the payout where it is, and when. */
function notActionable(payout: PayoutWithHistory, askedBy: string): ApiError {
  const { status, history } = payout;
  // Stryker disable next-line OptionalChaining: a payout is requested by somebody
  const held = askedBy !== OWNER && { by: history.at(-1)?.by, since: statusSince(payout) };
  return new ApiError('payout_not_actionable', { status, ...held });
}

/** With the hash in the one spelling of its network. Throws `invalid_args` for what is none. */
function asStored(transition: Transition, network: string): Transition {
  if (transition.status !== 'sent') return transition;
  const tx_hash = txHashOn(network, transition.tx_hash);
  if (tx_hash === undefined) throw invalidField('tx_hash');
  return { ...transition, tx_hash };
}

/** Whether the payout stands where the transition leads, with the same content. */
const isLike = (payout: PayoutWithHistory, transition: Transition): boolean =>
  payout.status === transition.status &&
  hasContent(payout, transition) &&
  // Who made a claim is its content: a second operator must not believe that the payout is theirs.
  // Stryker disable next-line OptionalChaining, UnaryOperator: it has exactly two entries
  (transition.status !== 'processing' || payout.history.at(-1)?.by === transition.by);

function hasContent(payout: PayoutWithHistory, transition: Transition): boolean {
  const { tx_hash, note }: { by: string; tx_hash?: string; note?: string } = transition;
  // One that was stored before hashes had one spelling is read as if it had been.
  const stored = payout.tx_hash && txHashOn(payout.network, payout.tx_hash);
  return stored === tx_hash && payout.note === note;
}
