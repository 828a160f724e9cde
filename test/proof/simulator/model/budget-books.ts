/**
 * The budgets of all users together: what counts on each day, as their payouts say it. No order of
 * one user's operations tells of it, since a budget is everybody's.
 */
import { BUDGETS_MICRO } from './limits.ts';
import type { Payout, User } from './model.ts';

/** What became of one user in a step. */
export type Change = { before: User | undefined; after: User };

export class BudgetBooks {
  /** By network and day, in micro-units; nothing of what came to nothing again. */
  readonly #claimed = new Map<string, bigint>();

  /**
   * What is wrong with the budgets as they are stored after a step: each must be the sum of what
   * counts on it, and what nobody else has approved must have fitted when it was claimed.
   */
  faults(changes: readonly Change[], stored: ReadonlyMap<string, bigint>): string[] {
    const given = changes.flatMap(({ before, after }) => counting(before, after));
    const taken = changes.flatMap(({ before, after }) => counting(after, before));
    const faults: string[] = [];
    for (const [place, payouts] of Map.groupBy(taken, placeOf)) {
      const unapproved = payouts.filter(({ approval }) => approval === undefined);
      // At the least: all that was given back came before it, and what was approved after it.
      const back = given.filter((payout) => placeOf(payout) === place);
      const least = this.claimed(place) - sum(back) + sum(unapproved);
      const limit = BUDGETS_MICRO[payouts[0]?.network ?? ''] ?? 0n;
      if (unapproved.length > 0 && least > limit)
        faults.push(`${place}: ${least} of ${limit} were claimed without an approval`);
    }
    for (const payout of given) this.#add(placeOf(payout), -payout.amountMicro);
    for (const payout of taken) this.#add(placeOf(payout), payout.amountMicro);
    for (const place of new Set([...this.#claimed.keys(), ...stored.keys()])) {
      const is = stored.get(place) ?? 0n;
      if (is !== this.claimed(place))
        faults.push(`${place}: ${is} is stored, but its payouts say ${this.claimed(place)}`);
    }
    return faults;
  }

  claimed = (place: string): bigint => this.#claimed.get(place) ?? 0n;

  #add(place: string, micro: bigint): void {
    const claimed = this.claimed(place) + micro;
    if (claimed === 0n) this.#claimed.delete(place);
    else this.#claimed.set(place, claimed);
  }
}

const placeOf = ({ network, budget_day }: Payout): string => `${network} ${budget_day}`;

const sum = (payouts: Payout[]): bigint =>
  payouts.reduce((total, { amountMicro }) => total + amountMicro, 0n);

/** Those of the one state that count on a budget, and did not on this one in the other. */
const counting = (one: User | undefined, other: User | undefined): Payout[] =>
  Object.values(one?.payouts ?? {}).filter(
    ({ id, budget_day }) =>
      budget_day !== undefined && other?.payouts[id]?.budget_day !== budget_day,
  );
