/** Makes up a history as it goes on: what users, operators and billing might do next. */

import type { Payout } from '../model/model.ts';
import type { Run } from '../run-history.ts';
import { batchFor, isNew } from './billing-messages.ts';
import { aboutPayout, allOf, newerPayoutOf, payoutOf, spendOf } from './payout-operations.ts';
import { Random } from './random.ts';
import { byTwoWorkers, OPERATORS, payingMany, settling } from './settlement-operations.ts';
import { anySkewMs } from './skew.ts';
import { type Duty, type Numbered, type Operation, type Step, usersOf } from './steps.ts';
import { UserSlot } from './user-slot.ts';

const STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'];
const SESSIONS = ['missing', 'expired', 'revoked', 'unknown'] as const;

const DECISIONS = ['odd', 'a loss'] as const;

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** Late writes do not outlive so long a jump of the clock: a signature is good for minutes. */
const LATE_WITHIN_MS = 120 * SECOND_MS;

const FAULT_MODES = { calm: 300, faults: 695, storm: 0.7, crash: 0.3 };
const PAUSES = { none: 60, moments: 25, unlock: 12, hour: 2, day: 1 };

/** Sometimes a key is used again just as it expires. */
const EXPIRY = { no: 97, repeat: 3 };

/** How long before a key expires its repetition comes; some of it then comes after. */
const BEFORE_EXPIRY_MS = [0, 1, 10, 20, 40, 80, 2 * SECOND_MS] as const;

/** What is asked that is about no payout. */
const OTHERS = {
  payout: 22,
  newer: 2,
  spend: 8,
  list: 5,
  rewards: 3,
  me: 8,
  stranger: 1.5,
  user: 1,
  queue: 1.5,
  events: 14,
  sweep: 0.5,
  settle: 12,
  payMany: 4,
  freeze: 1,
  blocks: 9,
};
const SHARE_ABOUT_PAYOUT = 0.45;
/** How often two runs of the scheduled settling are under way at once. */
const TWO_SETTLE = 0.02;
/** Nobody stays frozen for long. */
const THAWS = 0.15;

export class Generator {
  readonly #random: Random;
  readonly #seed: string;
  readonly #run: Run;
  readonly #slots: UserSlot[];
  #users = 0;
  #operations = 0;
  #steps = 0;

  constructor(seed: string, users: number, run: Run) {
    this.#seed = seed;
    this.#random = new Random(`${seed} history`);
    this.#run = run;
    this.#slots = Array.from({ length: users }, () => this.#newSlot());
  }

  next(): Step {
    const random = this.#random;
    this.#replaceLeavers();
    const slot = this.#anySlot();
    const count = Number(random.weighted({ 1: 50, 2: 27, 3: 14, 4: 9 }));
    // Where several meet, it is mostly over the same payout, or even with the same request.
    const focus = random.chance(0.6) ? slot.anyPayout(random) : undefined;
    const same = count > 1 && random.chance(0.2) ? this.#twin(slot, focus) : undefined;
    const [open] = slot.openPayouts;
    const workers = open && random.chance(0.03) && byTwoWorkers(slot, open, random);
    if (workers) {
      const both = [this.#numbered(workers), this.#numbered(workers)];
      return this.#step(both, random.weighted(FAULT_MODES), true, 0);
    }
    if (random.chance(TWO_SETTLE)) {
      const both = [this.#numbered({ kind: 'settle' }), this.#numbered({ kind: 'settle' })];
      return this.#step(both, random.weighted(FAULT_MODES), true, 0);
    }
    const operations = Array.from({ length: count }, () => {
      const other = random.chance(0.75) ? slot : this.#anySlot();
      return this.#numbered(same ?? this.#operation(other, other === slot ? focus : undefined));
    });
    slot.steps++;
    const expiring = random.weighted(EXPIRY) === 'repeat' ? slot.nextToExpire : undefined;
    if (expiring) operations.push(this.#numbered(expiring.operation));
    const pauseMs = expiring
      ? Math.max(0, expiring.inMs - random.pick(BEFORE_EXPIRY_MS))
      : this.#pauseMs(slot);
    // What has just become due is unlocked and asked for, while its owner looks.
    if (!isNew(slot) && pauseMs === slot.msUntilUnlock && random.chance(0.6)) {
      const { user } = slot;
      const everything = allOf(slot, this.#run.nowMs + pauseMs, random);
      for (const operation of [everything, { kind: 'me', user }, { kind: 'me', user }] as const)
        operations.push(this.#numbered(operation));
    }
    const deleteExpired = pauseMs > HOUR_MS && random.chance(0.5);
    const deliverLate = random.chance(0.25) || pauseMs > LATE_WITHIN_MS;
    return {
      ...this.#step(operations, random.weighted(FAULT_MODES), deliverLate, pauseMs),
      deleteExpired,
    };
  }

  /** The generator is told what got no definite answer, and will ask again, as a client does. */
  unanswered({ operation }: Numbered): void {
    this.#slots.find(({ user }) => usersOf(operation).includes(user))?.again.push(operation);
  }

  /** A calm step that asks for something. */
  calm = (operation: Operation): Step => this.#step([this.#numbered(operation)], 'calm', true, 0);

  /** A step for what is done between the others. */
  duty = (duty: Duty): Step => ({ ...this.#step([], 'calm', false, 0), duty });

  /** What several ask for at once; where it is everything there is, one of them empties the account. */
  #twin(slot: UserSlot, focus: Payout | undefined): Operation {
    return !isNew(slot) && this.#random.chance(0.3)
      ? allOf(slot, this.#run.nowMs, this.#random)
      : this.#operation(slot, focus);
  }

  #step(
    operations: Numbered[],
    faultMode: Step['faultMode'],
    deliverLate: boolean,
    pauseMs: number,
  ): Step {
    const atMs = this.#run.nowMs + pauseMs;
    const [number, seed, deleteExpired] = [++this.#steps, this.#seed, false];
    return { number, seed, atMs, operations, faultMode, deliverLate, deleteExpired };
  }

  #numbered = (operation: Operation): Numbered => ({
    id: ++this.#operations,
    operation,
    skewMs: anySkewMs(this.#random),
  });

  #newSlot = (): UserSlot => new UserSlot(++this.#users, this.#run);
  #anySlot = (): UserSlot => this.#random.pick(this.#slots) as UserSlot;

  #replaceLeavers(): void {
    for (const [index, slot] of this.#slots.entries()) {
      if (!slot.hasLeft) continue;
      this.#run.forget(slot.user);
      this.#slots[index] = this.#newSlot();
    }
  }

  /** How long nothing happens: sometimes until a reward unlocks, or just before. */
  #pauseMs(slot: UserSlot): number {
    const random = this.#random;
    const { msUntilUnlock } = slot;
    switch (random.weighted(PAUSES)) {
      case 'none':
        return 0;
      case 'moments':
        return random.integer(20 * SECOND_MS);
      case 'unlock': {
        const before = random.pick([0, 0, 1, 4 * SECOND_MS] as const);
        return Number.isFinite(msUntilUnlock) ? Math.max(0, msUntilUnlock - before) : 0;
      }
      case 'hour':
        return random.integer(2 * HOUR_MS);
      case 'day':
        return 24 * HOUR_MS + random.integer(HOUR_MS);
    }
  }

  #operation(slot: UserSlot, focus: Payout | undefined): Operation {
    const random = this.#random;
    // Not at once: others come in between, and so does what is still under way.
    const again = random.chance(0.5) ? slot.again.shift() : undefined;
    if (again) return again;
    if (slot.isLeaving) return settling(slot, random);
    if (slot.state.account?.frozen && random.chance(THAWS)) {
      const [operator, note] = [random.pick(OPERATORS), random.pick(DECISIONS)];
      return { kind: 'thaw', user: slot.user, operator, note };
    }
    if (isNew(slot)) return batchFor(slot, this.#anySlot, random);
    const payout = random.chance(SHARE_ABOUT_PAYOUT)
      ? (focus ?? slot.anyPayout(random))
      : undefined;
    return (payout && aboutPayout(slot, payout, this.#anySlot, random)) ?? this.#other(slot);
  }

  /** One page, or a walk through many small ones. */
  #pages(limitMax: number): { limit: number; pages?: number } {
    const random = this.#random;
    return random.chance(0.5)
      ? { limit: 1 + random.integer(limitMax) }
      : { limit: 1 + random.integer(4), pages: 2 + random.integer(6) };
  }

  #other(slot: UserSlot): Operation {
    const random = this.#random;
    const { user } = slot;
    const operator = random.pick(OPERATORS);
    const kind = random.weighted(OTHERS);
    switch (kind) {
      case 'payout':
        return slot.remember(payoutOf(slot, random));
      case 'newer':
        return newerPayoutOf(slot, random);
      case 'spend':
        return slot.remember(spendOf(slot, random));
      case 'list': {
        const statuses = random.chance(0.3) ? STATUSES.filter(() => random.chance(0.4)) : [];
        return {
          kind,
          user,
          ...this.#pages(200),
          ...(statuses.length > 0 && { statuses }),
        };
      }
      case 'rewards':
        return { kind, user, ...this.#pages(50) };
      case 'me':
        return { kind, user };
      case 'stranger':
        return { kind, user, session: random.pick(SESSIONS) };
      case 'user':
        return { kind, user, operator };
      case 'queue': {
        const status = random.pick(['requested', 'processing'] as const);
        return { kind, operator, status, ...this.#pages(200) };
      }
      case 'events':
        return batchFor(slot, this.#anySlot, random);
      case 'sweep':
      case 'settle':
        return { kind };
      case 'payMany':
        return payingMany(this.#slots, random) ?? { kind: 'me', user };
      case 'freeze':
        return { kind, user, operator, note: random.pick(DECISIONS) };
      case 'blocks':
        return { kind, count: 2 + random.integer(5) };
    }
  }
}
