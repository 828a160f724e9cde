/** What operators do about a payout: they pay it by the rules, decide about it, or try what they may not. */
import { newAttempt } from '../chain/payers.ts';
import { APPROVAL_ABOVE_MICRO } from '../model/limits.ts';
import { type Payout, statusOf } from '../model/model.ts';
import { arn } from '../model/observation.ts';
import { claimantOf, living } from '../model/settlement.ts';
import type { Random } from './random.ts';
import type { Operation, PayoutRef } from './steps.ts';
import type { UserSlot } from './user-slot.ts';

const EVM_HASHES = [`0x${'ef'.repeat(32)}`] as const;
const HASHES: Record<string, readonly [string, ...string[]]> = {
  solana: [
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
  ],
  ethereum: [`0x${'ab'.repeat(32)}`, `0x${'cd'.repeat(32)}`],
  // No network of this version: what was asked for before it was rolled back.
  elsewhere: ['a-hash-of-another-form'],
};
/** A network that is not named above is an EVM chain. */
const hashesOn = (network: string) => HASHES[network] ?? EVM_HASHES;

export const OPERATORS = ['ann', 'bob', 'cat'] as const;
type Operator = (typeof OPERATORS)[number];
const NOTES = ['bounced', 'asked for it'] as const;
const REASONS = ['address_rejected', 'user_request', 'other'] as const;

const ABOUT_PAYOUT = {
  ...{ claim: 7, sent: 3, failed: 5, cancelled: 3, show: 2 },
  ...{ approve: 7, release: 4, attempt: 6, inspect: 5, pay: 24 },
};
type Kind = keyof typeof ABOUT_PAYOUT;

/** In how many steps a payer is gone, at whatever it was. */
const STEPS_MAX = 6;

const notBy = (by: string | undefined, random: Random): Operator =>
  random.pick(OPERATORS.filter((operator) => arn(operator) !== by)) ?? OPERATORS[0];

/** Mostly whoever has claimed it. */
const claimantMostly = (payout: Payout, random: Random): Operator =>
  OPERATORS.find((operator) => arn(operator) === claimantOf(payout) && random.chance(0.8)) ??
  random.pick(OPERATORS);

/** What needs an approval mostly gets one before anybody tries to pay it. */
function kindFor(payout: Payout, random: Random): Kind {
  const waits = statusOf(payout) === 'requested' && payout.approval === undefined;
  const needsIt = waits && payout.amountMicro > APPROVAL_ABOVE_MICRO;
  return needsIt && random.chance(0.4) ? 'approve' : random.weighted(ABOUT_PAYOUT);
}

/** What an operator does about the payout, of this kind or of any. */
export function byOperator(
  slot: UserSlot,
  payout: Payout,
  ref: PayoutRef,
  random: Random,
  kind: Kind = kindFor(payout, random),
): Operation {
  const operator = random.pick(OPERATORS);
  const through = random.pick(['evm', 'evm', 'safe'] as const);
  const about = { operator, payout: ref };
  switch (kind) {
    case 'claim':
    case 'show':
      return { kind, ...about };
    case 'sent': {
      const told = payout.attempts?.map(({ id }) => id) ?? [];
      // Or by what has paid another of the same amount at the same address.
      const alike = slot.chain.paymentsLike(payout).map(({ hash }) => hash);
      const hashes =
        random.chance(0.5) && alike.length > 0 ? alike : [...hashesOn(payout.network), ...told];
      return { kind, ...about, hash: random.pick(hashes) ?? '' };
    }
    case 'failed':
    case 'cancelled':
      return {
        ...{ kind, ...about, note: random.pick(NOTES) },
        ...(random.chance(0.5) && { reason: random.pick(REASONS) }),
        ...(random.chance(0.3) && { internalNote: NOTES[0] }),
      };
    case 'approve': {
      const { amountMicro, address } = payout;
      const amount = String(random.chance(0.9) ? amountMicro : amountMicro + 1n);
      return { kind, ...about, amount, address };
    }
    case 'release':
      return { kind, ...about, note: random.pick(NOTES) };
    case 'attempt': {
      const network = random.chance(0.95) ? payout.network : 'solana';
      // The same one now and then, as a reply was lost.
      const seed = `${ref.operation} by hand ${random.integer(4)}`;
      const ahead = random.integer(2);
      const told = newAttempt(slot.chain, { network, seed, through, ahead });
      return { kind, operator: claimantMostly(payout, random), payout: ref, told };
    }
    case 'inspect': {
      const other = random.chance(0.8) ? notBy(claimantOf(payout), random) : operator;
      return { kind, operator: other, payout: ref, note: NOTES[0] };
    }
    case 'pay': {
      const payer = claimantMostly(payout, random);
      const steps = 1 + random.integer(STEPS_MAX);
      const replaces = random.chance(0.5);
      const more = {
        steps,
        through,
        ahead: random.integer(2),
        replaces,
        early: random.chance(0.2),
        tells: random.chance(0.3),
      };
      return { kind, operator: payer, payout: ref, ...more };
    }
  }
}

const BY_TWO = [
  'claim',
  'claim',
  'sent',
  'failed',
  'approve',
  'release',
  'attempt',
  'pay',
  'pay',
] as const;

/** What two workers of one identity do at the same time, each believing to be the only one. */
export function byTwoWorkers(
  slot: UserSlot,
  payout: Payout,
  random: Random,
): Operation | undefined {
  const ref = slot.refTo(payout);
  return ref && byOperator(slot, payout, ref, random, random.pick(BY_TWO));
}

/** What brings the payout nearer to its end, whatever has become of it. */
export function settling(slot: UserSlot, random: Random): Operation {
  const payout = random.pick(slot.openPayouts);
  const ref = payout && slot.refTo(payout);
  if (!ref) return { kind: 'me', user: slot.user };
  const claimed = statusOf(payout) === 'processing';
  if (!claimed || living(payout).length === 0)
    return byOperator(slot, payout, ref, random, random.pick(['failed', 'failed', 'sent', 'pay']));
  const kind = random.pick(['pay', 'pay', 'inspect', 'blocks', 'settle', 'sent'] as const);
  if (kind === 'settle') return { kind };
  if (kind === 'blocks') return { kind, count: 1 + random.integer(3) };
  return byOperator(slot, payout, ref, random, kind);
}

/** What has to bring every payout to its end when all is calm, tried one after the other. */
export function ending(payout: Payout, ref: PayoutRef): Operation[] {
  const operator = OPERATORS.find((each) => arn(each) === claimantOf(payout)) ?? OPERATORS[0];
  const [inspector, other] = OPERATORS.filter((each) => each !== operator) as [Operator, Operator];
  const how = {
    steps: STEPS_MAX,
    through: 'evm',
    ahead: 0,
    replaces: false,
    early: false,
    tells: true,
  } as const;
  return [
    { kind: 'pay', operator, payout: ref, ...how },
    { kind: 'blocks', count: 20 },
    { kind: 'settle' },
    { kind: 'pay', operator, payout: ref, ...how, steps: 1 },
    // What one has recorded, another has to look after.
    { kind: 'inspect', operator: inspector, payout: ref, note: NOTES[0] },
    { kind: 'inspect', operator: other, payout: ref, note: NOTES[0] },
    { kind: 'failed', operator, payout: ref, note: NOTES[0], reason: 'other' },
  ];
}

/** Of one network at most, and of like ones first: those may be taken for one. */
const MANY_MAX = 4;

/** One transaction for several open payouts, of several users; undefined where there are no two. */
export function payingMany(slots: readonly UserSlot[], random: Random): Operation | undefined {
  const open = slots.flatMap((slot) =>
    slot.openPayouts.flatMap((payout) => {
      const ref = slot.refTo(payout);
      return ref && living(payout).length === 0 ? [{ payout, ref }] : [];
    }),
  );
  const network = random.pick(['ethereum', 'ethereum', 'solana', 'polygon'] as const);
  const there = open.filter(({ payout }) => payout.network === network);
  const first = random.pick(there);
  if (!first || there.length < 2) return undefined;
  const isAlike = ({ payout: { address, amountMicro } }: (typeof there)[number]) =>
    Number(address === first.payout.address && amountMicro === first.payout.amountMicro);
  const chosen = there
    .toSorted((one, other) => isAlike(other) - isAlike(one))
    .slice(0, 2 + random.integer(MANY_MAX - 1));
  return {
    ...{ kind: 'payMany', operator: claimantMostly(first.payout, random) },
    payouts: chosen.map(({ ref }) => ref),
    ...{ through: random.pick(['evm', 'safe'] as const), ahead: random.integer(2) },
  };
}
