/** Asks a chain once about what many payouts have in common: one transaction often pays hundreds. */
import { stringifyJson } from '../../../json.ts';
import type { Chain, Fate } from '../../../settlement/on-chain.ts';

/**
 * The chain for one run, in which the same attempt has the same fate, or the same lack of one. What
 * is final stays so, and what is open now is asked again in the next run.
 */
export function askedOnce(chain: Chain): Chain {
  const asked = new Map<string, { since: string; fate: Promise<Fate> }>();
  return {
    ...chain,
    fateOf: (attempt) => {
      const { id, kind, sender, safe, nonce, last_valid_block_height, recorded_at } = attempt;
      const key = stringifyJson([id, kind, sender, safe, nonce, last_valid_block_height]);
      const known = asked.get(key);
      // Chains are searched from when an attempt was recorded: who asks later needs no more.
      if (known && known.since <= recorded_at) return known.fate;
      const fate = chain.fateOf(attempt);
      asked.set(key, { since: recorded_at, fate });
      return fate;
    },
  };
}
