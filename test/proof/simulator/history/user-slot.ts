/** A user of a history while they stay: what became of them, and what they may ask again. */
import type { Chain } from '../chain/chain.ts';
import { balance, isDue, isOpen, newUser, type Payout, type User } from '../model/model.ts';
import { keyOf } from '../model/writes.ts';
import type { Run } from '../run-history.ts';
import type { Random } from './random.ts';
import type { BillingMessage, Operation, PayoutRef } from './steps.ts';

/** After so many steps a user's open payouts are settled, and a new user takes the slot. */
const LIFETIME_STEPS = 60;

const REMEMBERED = 8;

export class UserSlot {
  steps = 0;
  /** How many rewards and invoices billing has told of. */
  rewards = 0;
  invoices = 0;
  /** What got no definite answer. */
  readonly again: Operation[] = [];
  /** What was sent with a key, for repetitions. */
  keyed: Operation[] = [];
  /** What billing sent, which may come again. */
  sentMessages: BillingMessage[] = [];
  readonly user: number;
  readonly #run: Run;

  constructor(user: number, run: Run) {
    this.user = user;
    this.#run = run;
  }

  get state(): User {
    return this.#run.users.get(this.user)?.state ?? newUser();
  }

  get nowMs(): number {
    return this.#run.nowMs;
  }

  get chain(): Chain {
    return this.#run.chain;
  }

  get availableMicro(): bigint {
    return this.availableMicroAt(this.nowMs);
  }

  availableMicroAt = (nowMs: number): bigint => balance(this.state, nowMs).available_micro;

  get openPayouts(): Payout[] {
    return Object.values(this.state.payouts).filter(isOpen);
  }

  /** Nothing new is asked any more. */
  get isLeaving(): boolean {
    return this.steps > LIFETIME_STEPS;
  }

  get hasLeft(): boolean {
    const isDone = this.again.length === 0 && this.openPayouts.length === 0;
    return this.isLeaving && isDone && this.#run.isSettled(this.user);
  }

  /** The time until the next reward unlocks; infinite when none does. */
  get msUntilUnlock(): number {
    const coming = Object.values(this.state.rewards)
      .filter((reward) => reward.unlocksAt !== undefined && !isDue(reward, this.nowMs))
      .map(({ unlocksAt = '' }) => Date.parse(unlocksAt) - this.nowMs);
    return Math.min(...coming);
  }

  /** Mostly an open one. */
  anyPayout(random: Random): Payout | undefined {
    const { openPayouts } = this;
    return random.pick(
      openPayouts.length > 0 && random.chance(0.8)
        ? openPayouts
        : Object.values(this.state.payouts),
    );
  }

  refTo = ({ madeBy }: Payout): PayoutRef | undefined =>
    madeBy === undefined ? undefined : { user: this.user, operation: madeBy };

  remember(operation: Operation): Operation {
    if ('key' in operation && operation.key !== undefined)
      this.keyed = [...this.keyed, operation].slice(-REMEMBERED);
    return operation;
  }

  /** The key that expires next, what was last asked with it, and in how long that is. */
  get nextToExpire(): { operation: Operation; inMs: number } | undefined {
    const [next] = this.keyed
      .flatMap((operation) => {
        const expiresAtMs = keyOf(this.state, operation)?.expiresAtMs ?? 0;
        return expiresAtMs > this.nowMs ? [{ operation, inMs: expiresAtMs - this.nowMs }] : [];
      })
      .sort((one, other) => one.inMs - other.inMs);
    return next;
  }

  /** Sometimes what was sent with a key before, to the letter. */
  repetition = (kind: 'payout' | 'spend', random: Random): Operation | undefined =>
    random.chance(0.3)
      ? random.pick(this.keyed.filter((operation) => operation.kind === kind))
      : undefined;
}
