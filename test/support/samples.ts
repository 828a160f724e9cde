/** What tests have in common: sample values, time-outs, paths, and a clock that does not wait. */
import type { ErrorTag } from '../../lib/errors.ts';
import type { Network } from '../../lib/networks/index.ts';
import type { PayoutRequest } from '../../lib/payout.ts';
import type { Time } from '../../lib/time.ts';

/** Addresses on networks; Ethereum's with the checksum of EIP-55, Polygon's without one. */
export const ADDRESSES = {
  solana: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  polygon: '0xde709f2102306220921060314715629080e2fb77',
} as const satisfies Partial<Record<Network, string>>;

/** A network that is not named above is an EVM chain. */
export const addressOn = (network: Network): string =>
  (ADDRESSES as Partial<Record<Network, string>>)[network] ?? ADDRESSES.polygon;

/** The hash of a transaction, as each network writes it. */
export const HASHES = {
  solana:
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
  ethereum: `0x${'ab'.repeat(32)}`,
} as const;

export const USER_ID = '00000000-0000-4000-8000-000000000001';

/** 25.00 to Solana. */
export const PAYOUT_REQUEST = {
  amount_micro: 25_000_000n,
  network: 'solana',
  address: ADDRESSES.solana,
} as const satisfies PayoutRequest;

export const PAST = '2026-01-01T00:00:00.000Z';
export const FUTURE = '2099-01-01T00:00:00.000Z';

export const PATHS = {
  overview: '/v1/referrals/me',
  payouts: '/v1/referrals/payouts',
  rewards: '/v1/referrals/rewards',
  spend: '/v1/referrals/spend-on-invoice',
  queue: '/v1/admin/referrals/payouts',
  totals: '/v1/admin/referrals/totals',
  users: '/v1/admin/referrals/users',
} as const;

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** What the browser says of a request that a page of another site makes. */
export const CROSS_SITE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

/** What a request under this key has of it; each comes later than those before. */
export const keyed = (key: string | undefined, timeEpoch = ++lastEpoch) => ({
  headers: { 'idempotency-key': key },
  requestContext: { timeEpoch },
});
let lastEpoch = 0;

/** What a refused request is answered with, for `toMatchObject`. */
export const refusal = (status: number, error: ErrorTag) => ({ status, json: { error } });

/** How long a call of the store may take in all, by the clock of `testTime`. */
export const BUDGET_MS = 3000;

/** How long a test waits for an attempt on the database, which is long enough on a busy machine. */
export const ATTEMPT_TIMEOUT_MS = 3000;

/** The same for a call on which this fault falls: nobody wants to wait long for one that hangs. */
export const patienceMs = (fault: string): number =>
  /^(hang|stall)/.test(fault) ? 300 : ATTEMPT_TIMEOUT_MS;

export type TestTime = Time & {
  pauses: number[];
  advance: (milliseconds: number) => void;
  /** From now on only pauses and `advance` move it, however busy the machine is. */
  stand: () => void;
};

/** It runs with the real clock, and a pause is over at once because it jumps ahead. */
export function testTime(): TestTime {
  let ahead = 0;
  let clock = Date.now;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => clock() + ahead,
    random: () => 0.5,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    stand: () => {
      const ms = Date.now();
      clock = () => ms;
    },
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      ahead += milliseconds;
    },
  };
}
