/** Finds in an answer what belongs to somebody else: ids, addresses, tokens, hashes, keys. */
import type { User } from './user.ts';

/** Long enough to be nobody's by chance. */
const WORD = /[A-Za-z0-9_-]{12,}/g;

export class Secrets {
  readonly #owners = new Map<string, string>();

  /** Everything long that the user has is the user's alone. */
  add({ id, tokens, payouts, rewards, invoices }: User): void {
    const texts = [
      id,
      ...tokens.live,
      tokens.expired,
      tokens.revoked,
      ...payouts.flatMap((payout) => [
        payout.id,
        payout.address,
        payout.tx_hash ?? '',
        payout.note ?? '',
      ]),
      ...rewards.map((reward) => reward.id),
      ...invoices.map((invoice) => invoice.id),
    ];
    for (const word of texts.join(' ').match(WORD) ?? []) this.#owners.set(word, id);
  }

  /** A finding for each word that is not the reader's; without a reader nobody's may be there. */
  leaks(text: string, reader: User | undefined): string[] {
    const foreign = (text.match(WORD) ?? []).filter((word) => {
      const owner = this.#owners.get(word);
      return owner !== undefined && owner !== reader?.id;
    });
    return foreign.map((word) => `the answer shows ${word}, which is another user's`);
  }
}
