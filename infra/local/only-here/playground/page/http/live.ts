/** Keeps the page true: looks again when a reward is due, and while a payout is on its way. */
import type {
  Overview,
  Payout,
  Referrals,
  Reward,
} from '../../../../../../sdk/typescript/src/index.ts';

export interface Account {
  readonly overview: Overview;
  /** Newest first, as the rewards. */
  readonly payouts: readonly Payout[];
  readonly rewards: readonly Reward[];
  /** Whether there are older ones, which are not fetched. */
  readonly hasMore: { readonly payouts: boolean; readonly rewards: boolean };
}

const LOOK_EVERY_MS = 1500;
/** For a clock here that is ahead of the server's. */
const AGAIN_MS = 250;
/** Longer timers than 24 days would fire at once. */
const LONGEST_MS = 3_600_000;
const AFTER_FAILURE_MS = 5000;
export const SHOWN = 20;

export interface LiveEvents {
  show: (account: Account) => void;
  fail: (error: unknown) => void;
  /** A payout or a reward has changed by itself; the account is to be fetched anew. */
  changed: () => void;
}

export class Live {
  readonly #referrals: Referrals;
  readonly #events: LiveEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What comes back of an earlier turn is out of date, or another user's. */
  #turn = 0;

  constructor(referrals: Referrals, events: LiveEvents) {
    this.#referrals = referrals;
    this.#events = events;
  }

  stop(): void {
    this.#turn++;
    clearTimeout(this.#timer);
  }

  /** Fetches everything and shows it; never rejects. */
  async refresh(): Promise<void> {
    await this.#inTurn(
      Promise.all([
        this.#referrals.getOverview(),
        this.#referrals.listPayouts({ limit: SHOWN }),
        this.#referrals.listRewards({ limit: SHOWN }),
      ]),
      ([overview, payouts, rewards]) => {
        const account = {
          ...{ overview, payouts: payouts.items, rewards: rewards.items },
          hasMore: {
            payouts: payouts.nextCursor !== undefined,
            rewards: rewards.nextCursor !== undefined,
          },
        };
        this.#events.show(account);
        this.#plan(account);
      },
    );
  }

  /** What changes a payout changes the balance: one request tells if the others are needed. */
  async #look(seen: Account): Promise<void> {
    if (seen.rewards.some((reward) => untilUnlock(reward) <= 0)) return this.#events.changed();
    await this.#inTurn(this.#referrals.listPayouts({ limit: SHOWN }), ({ items }) => {
      if (statuses(items) === statuses(seen.payouts)) this.#plan(seen);
      else this.#events.changed();
    });
  }

  async #inTurn<Reply>(reply: Promise<Reply>, use: (reply: Reply) => void): Promise<void> {
    this.stop();
    const turn = this.#turn;
    try {
      const here = await reply;
      if (turn === this.#turn) use(here);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#timer = setTimeout(() => void this.refresh(), AFTER_FAILURE_MS);
      this.#events.fail(error);
    }
  }

  #plan(account: Account): void {
    const waits = [
      ...account.payouts.filter(isOpen).map(() => LOOK_EVERY_MS),
      ...account.rewards.map(untilUnlock).map((ms) => (ms > 0 ? ms + 1 : AGAIN_MS)),
    ];
    const nextMs = Math.min(...waits.filter(Number.isFinite), LONGEST_MS);
    this.#timer = setTimeout(() => void this.#look(account), nextMs);
  }
}

const isOpen = ({ completedAt }: Payout): boolean => completedAt === undefined;

const untilUnlock = ({ status, unlocksAt }: Reward): number =>
  status === 'pending' ? Date.parse(unlocksAt) - Date.now() : Number.POSITIVE_INFINITY;

const statuses = (payouts: readonly Payout[]): string =>
  payouts.map(({ id, status }) => `${id} ${status}`).join();
