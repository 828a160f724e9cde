/**
 * Makes up a history as it goes on: what random users, operators and billing might do next, given
 * what has become of them.
 */
import { payoutOf, spendOf } from './debits.ts';
import { batchFor, isNew } from './mail.ts';
import type { Payout } from './model.ts';
import { type Numbered, type Operation, type Step, usersOf } from './operations.ts';
import { Random } from './random.ts';
import type { Run } from './run.ts';
import { Seat } from './seat.ts';

const HASHES: Record<string, readonly string[]> = {
  solana: [
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
  ],
  ethereum: [`0x${'ab'.repeat(32)}`, `0x${'cd'.repeat(32)}`],
  polygon: [`0x${'ef'.repeat(32)}`],
};
const OPERATORS = ['ann', 'bob'] as const;
const NOTES = ['bounced', 'asked for it'] as const;
const STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'];
const SESSIONS = ['missing', 'expired', 'revoked', 'unknown'] as const;

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** Late writes do not outlive so long a jump of the clock: a signature is good for minutes. */
const LATE_WITHIN_MS = 120 * SECOND_MS;

const WEATHER = { calm: 300, faults: 695, storm: 0.7, crash: 0.3 };
const PAUSES = { none: 60, moments: 25, unlock: 12, hour: 2, day: 1 };

/** What is asked about a payout, and everything else. */
const ABOUT_PAYOUT = { cancel: 7, get: 4, claim: 7, sent: 5, failed: 4, cancelled: 3, show: 2 };
const OTHERS = {
  payout: 22,
  spend: 8,
  list: 5,
  rewards: 3,
  me: 8,
  stranger: 1.5,
  user: 1,
  queue: 1.5,
  events: 14,
  sweep: 0.5,
};
const SHARE_ABOUT_PAYOUT = 1 / 3;

export class Generator {
  readonly #random: Random;
  readonly #seed: string;
  readonly #run: Run;
  readonly #seats: Seat[];
  #users = 0;
  #operations = 0;
  #steps = 0;

  constructor(seed: string, users: number, run: Run) {
    this.#seed = seed;
    this.#random = new Random(`${seed} history`);
    this.#run = run;
    this.#seats = Array.from({ length: users }, () => this.#newSeat());
  }

  next(): Step {
    const random = this.#random;
    this.#replaceLeavers();
    const seat = this.#anySeat();
    const count = Number(random.weighted({ 1: 50, 2: 27, 3: 14, 4: 9 }));
    // Where several meet, it is mostly over the same payout, or even with the same request.
    const focus = random.chance(0.6) ? seat.anyPayout(random) : undefined;
    const same = count > 1 && random.chance(0.15) ? this.#operation(seat, focus) : undefined;
    const operations = Array.from({ length: count }, () => {
      const other = random.chance(0.75) ? seat : this.#anySeat();
      return this.#numbered(same ?? this.#operation(other, other === seat ? focus : undefined));
    });
    seat.steps++;
    const pauseMs = this.#pauseMs(seat);
    const deliverLate = random.chance(0.5) || pauseMs > LATE_WITHIN_MS;
    return this.#step(operations, random.weighted(WEATHER), deliverLate, pauseMs);
  }

  /** The generator is told what got no definite answer, and will ask again, as a client does. */
  unanswered({ operation }: Numbered): void {
    this.#seats.find(({ user }) => usersOf(operation).includes(user))?.again.push(operation);
  }

  /** A calm step that asks for something. */
  calm = (operation: Operation): Step => this.#step([this.#numbered(operation)], 'calm', true, 0);

  #step(
    operations: Numbered[],
    weather: Step['weather'],
    deliverLate: boolean,
    pauseMs: number,
  ): Step {
    const atMs = this.#run.nowMs + pauseMs;
    return { number: ++this.#steps, seed: this.#seed, atMs, operations, weather, deliverLate };
  }

  #numbered = (operation: Operation): Numbered => ({ id: ++this.#operations, operation });

  #newSeat = (): Seat => new Seat(++this.#users, this.#run);
  #anySeat = (): Seat => this.#random.pick(this.#seats) as Seat;

  #replaceLeavers(): void {
    for (const [index, seat] of this.#seats.entries()) {
      if (!seat.hasLeft) continue;
      this.#run.forget(seat.user);
      this.#seats[index] = this.#newSeat();
    }
  }

  /**
   * How long nothing happens: sometimes until the very moment at which a reward unlocks, or just
   * before.
   */
  #pauseMs(seat: Seat): number {
    const random = this.#random;
    const { msUntilUnlock } = seat;
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

  #operation(seat: Seat, focus: Payout | undefined): Operation {
    const random = this.#random;
    // Not at once: others come in between, and so does what is still under way.
    const again = random.chance(0.5) ? seat.again.shift() : undefined;
    if (again) return again;
    if (seat.isLeaving) return this.#settling(seat);
    if (isNew(seat)) return batchFor(seat, this.#anySeat, random);
    const payout = random.chance(SHARE_ABOUT_PAYOUT)
      ? (focus ?? seat.anyPayout(random))
      : undefined;
    return (payout && this.#aboutPayout(seat, payout)) ?? this.#other(seat);
  }

  #aboutPayout(seat: Seat, payout: Payout): Operation | undefined {
    const random = this.#random;
    const ref = seat.refTo(payout);
    if (!ref) return undefined;
    const operator = random.pick(OPERATORS);
    const kind = random.weighted(ABOUT_PAYOUT);
    switch (kind) {
      case 'cancel':
      case 'get': {
        const user = random.chance(0.15) ? this.#anySeat().user : seat.user;
        return { kind, user, payout: ref };
      }
      case 'claim':
      case 'show':
        return { kind, operator, payout: ref };
      case 'sent':
        return {
          kind,
          operator,
          payout: ref,
          hash: random.pick(HASHES[payout.network] ?? []) ?? '',
        };
      case 'failed':
      case 'cancelled':
        return { kind, operator, payout: ref, note: random.pick(NOTES) };
    }
  }

  #other(seat: Seat): Operation {
    const random = this.#random;
    const { user } = seat;
    const operator = random.pick(OPERATORS);
    const kind = random.weighted(OTHERS);
    switch (kind) {
      case 'payout':
        return seat.remember(payoutOf(seat, random));
      case 'spend':
        return seat.remember(spendOf(seat, random));
      case 'list': {
        const statuses = random.chance(0.3) ? STATUSES.filter(() => random.chance(0.4)) : [];
        return {
          kind,
          user,
          limit: 1 + random.integer(200),
          ...(statuses.length > 0 && { statuses }),
        };
      }
      case 'rewards':
        return { kind, user, limit: 1 + random.integer(50) };
      case 'me':
        return { kind, user };
      case 'stranger':
        return { kind, user, session: random.pick(SESSIONS) };
      case 'user':
        return { kind, user, operator };
      case 'queue': {
        const status = random.pick(['requested', 'processing'] as const);
        return { kind, operator, status, limit: 1 + random.integer(200) };
      }
      case 'events':
        return batchFor(seat, this.#anySeat, random);
      case 'sweep':
        return { kind };
    }
  }

  /** A user who leaves has their open payouts settled. */
  #settling(seat: Seat): Operation {
    const payout = this.#random.pick(seat.openPayouts);
    const ref = payout && seat.refTo(payout);
    if (!ref) return { kind: 'me', user: seat.user };
    const operator = this.#random.pick(OPERATORS);
    return this.#random.chance(0.5)
      ? { kind: 'failed', operator, payout: ref, note: NOTES[0] }
      : { kind: 'sent', operator, payout: ref, hash: HASHES[payout.network]?.[0] ?? '' };
  }
}
