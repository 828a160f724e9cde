/** What billing sends: news, the same again, and what comes too early or too late. */
import { BEYOND_DOUBLE } from './debits.ts';
import type { BillingMessage, Operation } from './operations.ts';
import type { Random } from './random.ts';
import type { Seat } from './seat.ts';

const UNIT = 1_000_000n;
const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** Seen from the grant; half of them are or soon will be available. */
const UNLOCKS_IN_MS = [
  -HOUR_MS,
  -HOUR_MS,
  0,
  5 * SECOND_MS,
  60 * SECOND_MS,
  HOUR_MS,
  30 * HOUR_MS,
] as const;
const MESSAGES_MAX = 8;
const FIRST_REWARDS = 3;
const REMEMBERED = 16;

/** A user begins with some rewards. */
export const isNew = ({ rewards }: Seat): boolean => rewards < FIRST_REWARDS;

/** One batch, mostly about this user. */
export function batchFor(seat: Seat, anySeat: () => Seat, random: Random): Operation {
  const messages = Array.from({ length: 1 + random.integer(MESSAGES_MAX) }, () => {
    const about = random.chance(0.8) ? seat : anySeat();
    const old = random.chance(0.35) ? random.pick(about.mail) : undefined;
    if (old) return old;
    const message = newMessage(about, random);
    about.mail = [...about.mail, message].slice(-REMEMBERED);
    return message;
  });
  return { kind: 'events', messages };
}

function newMessage(seat: Seat, random: Random): BillingMessage {
  const { user } = seat;
  const type = isNew(seat)
    ? 'granted'
    : random.weighted({ granted: 10, reversed: 3, opened: 6, closed: 2, malformed: 1 });
  switch (type) {
    case 'granted':
      return grant(seat, random);
    // One or two numbers further than billing has come: those are about what is not there yet.
    case 'reversed':
      return { type, user, reward: `r${1 + random.integer(seat.rewards + 2)}` };
    case 'closed':
      return { type, user, invoice: `i${1 + random.integer(seat.invoices + 2)}` };
    case 'opened': {
      const number = random.chance(0.85) ? ++seat.invoices : 1 + random.integer(seat.invoices + 1);
      const total = BigInt(1 + random.integer(60)) * UNIT;
      return { type, user, invoice: `i${number}`, total: String(total) };
    }
    case 'malformed':
      return { type, user };
  }
}

function grant(seat: Seat, random: Random): BillingMessage {
  // Sometimes of a reward that was granted or reversed before; if it was granted, the two
  // contradict each other.
  const isOld = !isNew(seat) && random.chance(0.1);
  const number = isOld ? 1 + random.integer(seat.rewards + 2) : ++seat.rewards;
  const amount = random.chance(0.15) ? BEYOND_DOUBLE : BigInt(1 + random.integer(100)) * UNIT;
  const { nowMs } = seat;
  return {
    type: 'granted',
    user: seat.user,
    reward: `r${number}`,
    amount: String(amount),
    unlocksAt: new Date(nowMs + random.pick(UNLOCKS_IN_MS)).toISOString(),
    time: new Date(nowMs).toISOString(),
    source: 'referral',
  };
}
