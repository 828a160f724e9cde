/** What billing sends: news, the same again, and what comes too early or too late. */
import { BEYOND_DOUBLE } from './payout-operations.ts';
import type { Random } from './random.ts';
import type { BillingMessage, Operation } from './steps.ts';
import type { UserSlot } from './user-slot.ts';

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
export const isNew = ({ rewards }: UserSlot): boolean => rewards < FIRST_REWARDS;

/** One batch, mostly about this user. */
export function batchFor(slot: UserSlot, anySlot: () => UserSlot, random: Random): Operation {
  const messages = Array.from({ length: 1 + random.integer(MESSAGES_MAX) }, () => {
    const about = random.chance(0.8) ? slot : anySlot();
    const old = random.chance(0.35) ? random.pick(about.sentMessages) : undefined;
    if (old) return old;
    const message = newMessage(about, random);
    about.sentMessages = [...about.sentMessages, message].slice(-REMEMBERED);
    return message;
  });
  return { kind: 'events', messages };
}

function newMessage(slot: UserSlot, random: Random): BillingMessage {
  const { user } = slot;
  const type = isNew(slot)
    ? 'granted'
    : random.weighted({ granted: 10, reversed: 3, opened: 6, closed: 2, malformed: 1 });
  switch (type) {
    case 'granted':
      return grant(slot, random);
    // One or two numbers further than billing has come: those are about what is not there yet.
    case 'reversed':
      return { type, user, reward: `r${1 + random.integer(slot.rewards + 2)}` };
    case 'closed':
      return { type, user, invoice: `i${1 + random.integer(slot.invoices + 2)}` };
    case 'opened': {
      const number = random.chance(0.85) ? ++slot.invoices : 1 + random.integer(slot.invoices + 1);
      const total = BigInt(1 + random.integer(60)) * UNIT;
      return { type, user, invoice: `i${number}`, total: String(total) };
    }
    case 'malformed':
      return { type, user };
  }
}

function grant(slot: UserSlot, random: Random): BillingMessage {
  // Sometimes of a reward that was granted before, which it contradicts, or reversed before.
  const isOld = !isNew(slot) && random.chance(0.1);
  const number = isOld ? 1 + random.integer(slot.rewards + 2) : ++slot.rewards;
  const amount = random.chance(0.15) ? BEYOND_DOUBLE : BigInt(1 + random.integer(100)) * UNIT;
  const { nowMs } = slot;
  return {
    type: 'granted',
    user: slot.user,
    reward: `r${number}`,
    amount: String(amount),
    unlocksAt: new Date(nowMs + random.pick(UNLOCKS_IN_MS)).toISOString(),
    time: new Date(nowMs).toISOString(),
    source: 'referral',
  };
}
