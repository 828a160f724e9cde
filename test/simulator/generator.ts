/** Makes up a history as it goes on: what random users, operators and billing might do next, given what has become of them. */
import { balance, type Invoice, isOpen, isUnlocked, newUser, type Payout, type User } from './model.ts';
import {
  type BillingMessage,
  type Numbered,
  type Operation,
  type PayoutRef,
  type Step,
  usersOf,
} from './operations.ts';
import { Random } from './random.ts';
import type { Run } from './run.ts';

const ADDRESSES: Record<string, string[]> = {
  solana: ['9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', '7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5'],
  ethereum: ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', '0xde709f2102306220921060314715629080e2fb77'],
  polygon: ['0xde709f2102306220921060314715629080e2fb77', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'],
};
const HASHES: Record<string, string[]> = {
  solana: ['5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW'],
  ethereum: [`0x${'ab'.repeat(32)}`, `0x${'cd'.repeat(32)}`],
  polygon: [`0x${'ef'.repeat(32)}`],
};
const OPERATORS = ['ann', 'bob'] as const;
const KEYS = ['k1', 'k2', 'k3', 'k4'] as const;
const NOTES = ['bounced', 'asked for it'] as const;
const STATUSES = ['requested', 'processing', 'sent', 'failed', 'cancelled'];
const UNIT = 1_000_000n;
const MIN_PAYOUT_MICRO = 10n * UNIT;

/** An odd number beyond 2^53, which a double cannot hold. */
const BEYOND_DOUBLE = 9_007_199_254_740_993n;

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** After so many steps a user's open payouts are settled, and a new user takes the place. */
const LIFETIME_STEPS = 60;

/** Late writes do not outlive this long a jump of the clock: a signature is good for minutes. */
const LATE_WITHIN_MS = 120 * SECOND_MS;

type Seat = {
  user: number;
  steps: number;
  keyed: Operation[];
  again: Operation[];
  mail: BillingMessage[];
  rewards: number;
  invoices: number;
};

const WEIGHTS = {
  payout: 22,
  spend: 8,
  cancel: 7,
  get: 4,
  list: 5,
  rewards: 3,
  me: 8,
  stranger: 1.5,
  claim: 7,
  sent: 5,
  failed: 4,
  cancelled: 3,
  show: 2,
  user: 1,
  queue: 1.5,
  events: 14,
  sweep: 0.5,
};

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
    // Where several meet, it is mostly over the same payout, key or invoice.
    const focus = random.chance(0.6) ? this.#payoutOf(seat) : undefined;
    const same = count > 1 && random.chance(0.15) ? this.#operation(seat, focus) : undefined;
    const operations: Numbered[] = Array.from({ length: count }, () => {
      const other = random.chance(0.75) ? seat : this.#anySeat();
      const operation = same ?? this.#operation(other, other === seat ? focus : undefined);
      return { id: ++this.#operations, operation };
    });
    seat.steps++;
    const atMs = this.#run.nowMs + this.#pauseMs(seat);
    const deliverLate = random.chance(0.5) || atMs > this.#run.nowMs + LATE_WITHIN_MS;
    const weather = random.weighted({ calm: 300, faults: 695, storm: 0.7, crash: 0.3 });
    return { number: ++this.#steps, seed: this.#seed, atMs, operations, weather, deliverLate };
  }

  /** The generator is told what got no definite answer, and will ask again, as a client does. */
  unanswered({ operation }: Numbered): void {
    this.#seats.find(({ user }) => usersOf(operation).includes(user))?.again.push(operation);
  }

  /** A calm step that asks for something. */
  calm(operation: Operation): Step {
    const numbered = { id: ++this.#operations, operation };
    const atMs = this.#run.nowMs;
    return {
      number: ++this.#steps,
      seed: this.#seed,
      atMs,
      operations: [numbered],
      weather: 'calm',
      deliverLate: true,
    };
  }

  #newSeat = (): Seat => ({
    user: ++this.#users,
    steps: 0,
    keyed: [],
    again: [],
    mail: [],
    rewards: 0,
    invoices: 0,
  });

  /** Who is settled after a lifetime leaves, and a new user takes the seat. */
  #replaceLeavers(): void {
    for (const [index, seat] of this.#seats.entries()) {
      const isOver =
        seat.steps > LIFETIME_STEPS && seat.again.length === 0 && this.#openPayouts(seat).length === 0;
      if (!isOver || !this.#run.isSettled(seat.user)) continue;
      this.#run.forget(seat.user);
      this.#seats[index] = this.#newSeat();
    }
  }

  #anySeat = (): Seat => this.#random.pick(this.#seats) as Seat;

  #state = (seat: Seat): User | undefined => this.#run.people.get(seat.user)?.state;

  #payouts = (seat: Seat): Payout[] => Object.values(this.#state(seat)?.payouts ?? {});
  #openPayouts = (seat: Seat): Payout[] => this.#payouts(seat).filter(isOpen);

  /** Mostly an open one. */
  #payoutOf(seat: Seat): Payout | undefined {
    const open = this.#openPayouts(seat);
    return this.#random.pick(open.length > 0 && this.#random.chance(0.8) ? open : this.#payouts(seat));
  }

  /** How long nothing happens: mostly nothing, sometimes until the very moment at which a reward unlocks, or just before. */
  #pauseMs(seat: Seat): number {
    const random = this.#random;
    const { nowMs } = this.#run;
    const coming = Object.values(this.#state(seat)?.rewards ?? {})
      .filter((reward) => reward.unlocksAt !== undefined && !isUnlocked(reward, nowMs))
      .map(({ unlocksAt = '' }) => Date.parse(unlocksAt) - nowMs);
    const soonest = Math.min(...coming);
    switch (random.weighted({ none: 60, moments: 25, unlock: 12, hour: 2, day: 1 })) {
      case 'unlock':
        return Number.isFinite(soonest)
          ? Math.max(0, soonest - random.pick([0, 0, 1, 4 * SECOND_MS] as const))
          : 0;
      case 'moments':
        return random.integer(20 * SECOND_MS);
      case 'hour':
        return random.integer(2 * HOUR_MS);
      case 'day':
        return 24 * HOUR_MS + random.integer(HOUR_MS);
      default:
        return 0;
    }
  }

  #operation(seat: Seat, focus: Payout | undefined): Operation {
    const random = this.#random;
    // Not at once: others come in between, and so does what is still under way.
    const again = random.chance(0.5) ? seat.again.shift() : undefined;
    if (again) return again;
    if (seat.steps > LIFETIME_STEPS) return this.#settling(seat);
    if (seat.rewards < 3) return this.#events(seat);
    const payout = focus ?? this.#payoutOf(seat);
    const ref: PayoutRef | undefined =
      payout?.madeBy === undefined ? undefined : { user: seat.user, operation: payout.madeBy };
    const operator = random.pick(OPERATORS);
    const { user } = seat;
    const kind = random.weighted(WEIGHTS);
    switch (kind) {
      case 'payout':
        return this.#remember(seat, this.#payout(seat));
      case 'spend':
        return this.#remember(seat, this.#spend(seat));
      case 'list': {
        const statuses = random.chance(0.3) ? STATUSES.filter(() => random.chance(0.4)) : undefined;
        return { kind, user, limit: 1 + random.integer(200), ...(statuses?.length && { statuses }) };
      }
      case 'rewards':
        return { kind, user, limit: 1 + random.integer(50) };
      case 'me':
        return { kind, user };
      case 'stranger':
        return { kind, user, session: random.pick(['missing', 'expired', 'revoked', 'unknown'] as const) };
      case 'user':
        return { kind, user, operator };
      case 'queue':
        return {
          kind,
          operator,
          status: random.pick(['requested', 'processing'] as const),
          limit: 1 + random.integer(200),
        };
      case 'events':
        return this.#events(seat);
      case 'sweep':
        return { kind };
    }
    if (!ref || !payout) return { kind: 'me', user };
    switch (kind) {
      case 'cancel':
      case 'get': {
        const asWhom = random.chance(0.15) ? this.#anySeat().user : user;
        return { kind, user: asWhom, payout: ref };
      }
      case 'claim':
      case 'show':
        return { kind, operator, payout: ref };
      case 'sent':
        return { kind, operator, payout: ref, hash: random.pick(HASHES[payout.network] ?? []) ?? '' };
      case 'failed':
      case 'cancelled':
        return { kind, operator, payout: ref, note: random.pick(NOTES) };
    }
  }

  /** A user who leaves has their open payouts settled. */
  #settling(seat: Seat): Operation {
    const payout = this.#random.pick(this.#openPayouts(seat));
    if (payout?.madeBy === undefined) return { kind: 'me', user: seat.user };
    const ref = { user: seat.user, operation: payout.madeBy };
    const operator = this.#random.pick(OPERATORS);
    return this.#random.chance(0.5)
      ? { kind: 'failed', operator, payout: ref, note: NOTES[0] }
      : { kind: 'sent', operator, payout: ref, hash: HASHES[payout.network]?.[0] ?? '' };
  }

  #remember(seat: Seat, operation: Operation): Operation {
    if ('key' in operation && operation.key !== undefined) seat.keyed = [...seat.keyed.slice(-7), operation];
    return operation;
  }

  #available = (seat: Seat): bigint =>
    balance(this.#state(seat) ?? newUser(), this.#run.nowMs).available_micro;

  #payout(seat: Seat): Operation {
    const random = this.#random;
    const repeated = random.chance(0.3)
      ? random.pick(seat.keyed.filter(({ kind }) => kind === 'payout'))
      : undefined;
    if (repeated) return repeated;
    const available = this.#available(seat);
    const network = random.pick(['solana', 'ethereum', 'polygon'] as const);
    const base = { kind: 'payout', user: seat.user, network } as const;
    const address = random.pick(ADDRESSES[network] ?? []) ?? '';
    const key = random.chance(0.6) ? random.pick(KEYS) : undefined;
    if (random.chance(0.06))
      return { ...base, address, key, ...(random.pick(REFUSED) as (typeof REFUSED)[number]) };
    const wanted = {
      all: () => available,
      tooMuch: () => available + 1n,
      half: () => available / 2n,
      least: () => MIN_PAYOUT_MICRO,
      some: () => MIN_PAYOUT_MICRO + BigInt(random.integer(50)) * UNIT,
      odd: () => BEYOND_DOUBLE,
    }[random.weighted({ all: 2, tooMuch: 2, half: 3, least: 4, some: 5, odd: 3 })]();
    const amount = String(wanted < MIN_PAYOUT_MICRO ? MIN_PAYOUT_MICRO : wanted);
    const spelling = random.chance(0.1)
      ? `${amount}${random.pick(['.0', 'e0', '.000e+0'] as const)}`
      : undefined;
    return { ...base, address, key, amount, spelling };
  }

  #spend(seat: Seat): Operation {
    const random = this.#random;
    const repeated = random.chance(0.3)
      ? random.pick(seat.keyed.filter(({ kind }) => kind === 'spend'))
      : undefined;
    if (repeated) return repeated;
    const invoices = Object.entries(this.#state(seat)?.invoices ?? {});
    const open = invoices.filter(([, { status }]) => status === 'open');
    const [invoice, known] = random.pick(open.length > 0 && random.chance(0.8) ? open : invoices) ?? [
      'none',
      {} as Invoice,
    ];
    const total = known.totalMicro ?? UNIT;
    const amount = String(random.chance(0.9) ? total : total + 1n);
    return {
      kind: 'spend',
      user: seat.user,
      invoice,
      amount,
      key: random.chance(0.6) ? random.pick(KEYS) : undefined,
    };
  }

  /** A batch of billing's messages: new ones, ones that come again, and ones that come too early or too late. */
  #events(seat: Seat): Operation {
    const random = this.#random;
    const messages = Array.from({ length: 1 + random.integer(8) }, () => {
      const other = random.chance(0.8) ? seat : this.#anySeat();
      const old = random.chance(0.35) ? random.pick(other.mail) : undefined;
      if (old) return old;
      const message = this.#message(other);
      other.mail = [...other.mail.slice(-15), message];
      return message;
    });
    return { kind: 'events', messages };
  }

  #message(seat: Seat): BillingMessage {
    const random = this.#random;
    const { user } = seat;
    const kind =
      seat.rewards < 3
        ? 'granted'
        : random.weighted({ granted: 10, reversed: 3, opened: 6, closed: 2, malformed: 1 });
    switch (kind) {
      case 'granted': {
        // Sometimes one that was granted, or reversed, before: then the two must agree.
        const isOld = seat.rewards >= 3 && random.chance(0.1);
        const number = isOld ? 1 + random.integer(seat.rewards + 2) : ++seat.rewards;
        const { nowMs } = this.#run;
        const unlocksInMs = random.pick([
          -HOUR_MS,
          -HOUR_MS,
          0,
          5 * SECOND_MS,
          60 * SECOND_MS,
          HOUR_MS,
          30 * HOUR_MS,
        ] as const);
        const amount = random.chance(0.15) ? BEYOND_DOUBLE : BigInt(1 + random.integer(100)) * UNIT;
        return {
          type: kind,
          user,
          reward: `r${number}`,
          amount: String(amount),
          unlocksAt: new Date(nowMs + unlocksInMs).toISOString(),
          time: new Date(nowMs).toISOString(),
          source: 'referral',
        };
      }
      case 'reversed':
        return { type: kind, user, reward: `r${1 + random.integer(seat.rewards + 2)}` };
      case 'opened': {
        const number = random.chance(0.85) ? ++seat.invoices : 1 + random.integer(seat.invoices + 1);
        return {
          type: kind,
          user,
          invoice: `i${number}`,
          total: String(BigInt(1 + random.integer(60)) * UNIT),
        };
      }
      case 'closed':
        return { type: kind, user, invoice: `i${1 + random.integer(seat.invoices + 2)}` };
      case 'malformed':
        return { type: kind, user };
    }
  }
}

/** Requests that are refused whatever the data says. */
const REFUSED = [
  { amount: '9999999', refusal: 'payout_below_min' },
  { amount: '0', refusal: 'invalid_args' },
  { amount: '-10000000', refusal: 'invalid_args' },
  { amount: '10000000', spelling: '10000000.5', refusal: 'invalid_args' },
  { amount: '9223372036854775808', refusal: 'invalid_args' },
  {
    amount: '10000000',
    address: '0x0000000000000000000000000000000000000000',
    refusal: 'payout_address_invalid',
  },
] as const;
