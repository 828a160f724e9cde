/** What is kept beside a payout for those who settle it; of all of it its owner sees the reason. */
import * as v from 'valibot';
import { INT64_MAX, PositiveMicro } from '../money.ts';
import { StoredTime } from '../time.ts';

/** How a transaction is told before it is sent: of a key's own, of a Safe, or of Solana. */
export const ATTEMPT_KINDS = ['evm', 'safe', 'solana'] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

export const ATTEMPTS_MAX = 20;

const Text = v.pipe(v.string(), v.maxLength(128));
export const Count = v.pipe(v.bigint(), v.minValue(0n), v.maxValue(INT64_MAX));

/**
 * What is about to be sent, by what a chain knows it by. Of `evm` sender, nonce and hash; of `safe`
 * the Safe's address and nonce, and its hash of the transaction; of `solana` the signature and the
 * last block height at which it can still land.
 */
export const AttemptReport = v.object({
  kind: v.picklist(ATTEMPT_KINDS),
  sender: v.optional(Text),
  safe: v.optional(Text),
  nonce: v.optional(Count),
  hash: v.optional(Text),
  safe_tx_hash: v.optional(Text),
  signature: v.optional(Text),
  last_valid_block_height: v.optional(Count),
});
export type AttemptReport = v.InferOutput<typeof AttemptReport>;

/** What `found` begins with where the attempt has paid, and the payout was in this status. */
export const PAID_ALTHOUGH = 'paid_although_';
/** What `found` is where nothing can be proven of the attempt, and nobody looks any more. */
export const NEVER_SEEN = 'never_seen';

const said = { by: v.string(), at: StoredTime, note: v.pipe(v.string(), v.maxLength(1024)) };

/** What the chain has said of an attempt's death (evidence.ts), final at this height, and when. */
export const Proof = v.object({ cause: Text, height: Count, at: StoredTime });

/**
 * A transaction that may pay the payout, recorded before it is sent; one may pay many. It is `open`
 * until it is known to have `landed`, or never to land: `dead`, for which somebody vouches, or the
 * chain itself. `proof` is what the chain has said of it at last: until then even a dead one is
 * looked at, as whoever vouched may be wrong. `found` is what the chain shows it to have done instead
 * of paying (evidence.ts).
 */
export const Attempt = v.object({
  id: Text,
  ...AttemptReport.entries,
  state: v.picklist(['open', 'dead', 'landed']),
  by: v.string(),
  recorded_at: StoredTime,
  death: v.optional(v.object(said)),
  proof: v.optional(Proof),
  found: v.optional(Text),
});
export type Attempt = v.InferOutput<typeof Attempt>;

/** Who approved the payout, and exactly what of it. */
export const Approval = v.object({
  by: v.string(),
  at: StoredTime,
  amount_micro: PositiveMicro,
  address: v.pipe(v.string(), v.maxLength(1024)),
});

/** Why somebody has to look at a payout, and since when. */
export const Review = v.object({ why: v.pipe(v.string(), v.maxLength(1024)), since: StoredTime });

/** The last time that somebody did. */
export const Reviewed = v.object(said);
