/** What users ask to have paid, within their means and beyond, and what is asked about a payout. */
import { networkNames } from '../../../../lib/networks/index.ts';
import type { Invoice, Payout } from '../model/model.ts';
import type { Random } from './random.ts';
import { byOperator } from './settlement-operations.ts';
import type { Operation } from './steps.ts';
import type { UserSlot } from './user-slot.ts';

const EVM_ADDRESSES = [
  '0xde709f2102306220921060314715629080e2fb77',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
] as const;
const ADDRESSES: Record<string, readonly [string, string]> = {
  solana: [
    '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    '7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5',
  ],
  ethereum: [
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xde709f2102306220921060314715629080e2fb77',
  ],
};
/** A network that is not named above is an EVM chain. */
const addressesOn = (network: string) => ADDRESSES[network] ?? EVM_ADDRESSES;
const ABOUT_PAYOUT = { cancel: 6, get: 5, operators: 66 };
const KEYS = ['k1', 'k2', 'k3', 'k4'] as const;
const UNIT = 1_000_000n;
const MIN_PAYOUT_MICRO = 10n * UNIT;

/** An odd number beyond 2^53, which a double cannot hold. */
export const BEYOND_DOUBLE = 9_007_199_254_740_993n;

type Refused = { amount: string; spelling?: string; address?: string; refusal: string };
/** Requests that are refused whatever the data says. */
const REFUSED: readonly [Refused, ...Refused[]] = [
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
];

const anyKey = (random: Random): string | undefined =>
  random.chance(0.6) ? random.pick(KEYS) : undefined;

export function payoutOf(slot: UserSlot, random: Random): Operation {
  const repeated = slot.repetition('payout', random);
  if (repeated) return repeated;
  const network = random.pick(networkNames);
  const address = random.pick(addressesOn(network));
  const base = { kind: 'payout', user: slot.user, network, address, key: anyKey(random) } as const;
  if (random.chance(0.06)) return { ...base, ...random.pick(REFUSED) };

  const available = slot.availableMicro;
  const wanted = {
    all: () => available,
    tooMuch: () => available + 1n,
    half: () => available / 2n,
    least: () => MIN_PAYOUT_MICRO,
    some: () => MIN_PAYOUT_MICRO + BigInt(random.integer(50)) * UNIT,
    odd: () => BEYOND_DOUBLE,
  }[random.weighted({ all: 2, tooMuch: 2, half: 3, least: 4, some: 5, odd: 3 })]();
  const amount = String(wanted < MIN_PAYOUT_MICRO ? MIN_PAYOUT_MICRO : wanted);
  const ending = random.pick(['.0', 'e0', '.000e+0'] as const);
  return { ...base, amount, ...(random.chance(0.1) && { spelling: amount + ending }) };
}

/** All that is available at that moment. */
export function allOf(slot: UserSlot, nowMs: number, random: Random): Operation {
  const network = random.pick(networkNames);
  const available = slot.availableMicroAt(nowMs);
  const amount = String(available < MIN_PAYOUT_MICRO ? MIN_PAYOUT_MICRO : available);
  const [address] = addressesOn(network);
  return { kind: 'payout', user: slot.user, network, address, amount, key: anyKey(random) };
}

/** Within the balance of the moment, so that it is mostly there. */
export function newerPayoutOf(slot: UserSlot, random: Random): Operation {
  const most = slot.availableMicro / 2n;
  const amount = String(most > UNIT ? most : MIN_PAYOUT_MICRO + BigInt(random.integer(20)) * UNIT);
  return {
    kind: 'newer',
    user: slot.user,
    amount,
    network: 'elsewhere',
    address: 'an address there',
  };
}

export function spendOf(slot: UserSlot, random: Random): Operation {
  const repeated = slot.repetition('spend', random);
  if (repeated) return repeated;
  const invoices = Object.entries(slot.state.invoices);
  const open = invoices.filter(([, { status }]) => status === 'open');
  const none: [string, Partial<Invoice>] = ['none', {}];
  const [invoice, { totalMicro = UNIT }] =
    random.pick(open.length > 0 && random.chance(0.8) ? open : invoices) ?? none;
  const amount = String(random.chance(0.9) ? totalMicro : totalMicro + 1n);
  return { kind: 'spend', user: slot.user, invoice, amount, key: anyKey(random) };
}

/** Undefined for a payout of which it is not known who asked for it. */
export function aboutPayout(
  slot: UserSlot,
  payout: Payout,
  anySlot: () => UserSlot,
  random: Random,
): Operation | undefined {
  const ref = slot.refTo(payout);
  if (!ref) return undefined;
  const kind = random.weighted(ABOUT_PAYOUT);
  if (kind === 'operators') return byOperator(slot, payout, ref, random);
  const user = random.chance(0.15) ? anySlot().user : slot.user;
  return { kind, user, payout: ref };
}
