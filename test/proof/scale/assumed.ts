/** What infra/SCALE.md is reckoned for, and what it takes for granted of the world outside. */

export const USERS = 100e6;
export const PAYOUTS_A_DAY = 10e6;

export const DAY_S = 86_400;
export const YEAR_DAYS = 365;
export const PER_SECOND = PAYOUTS_A_DAY / DAY_S;
export const PAYOUTS_OF_A_USER = (PAYOUTS_A_DAY * YEAR_DAYS) / USERS;

/** The busiest second has so many times the mean of a day. */
export const PEAK = 5;

/** So long a reward waits until it unlocks. */
export const PENDING_DAYS = 30;

/** A key is kept for a day, and TTL deletes its record within two more. */
export const KEY_DAYS = 3;

/** What a provider of a chain takes to answer one call. */
export const PROVIDER_MS = 100;

export type Chain = {
  /** Of one payout, one a minute until it is final. */
  looks: number;
  /** To each provider in a look that finds nothing yet (lib/networks/verify). */
  calls: number;
  /** How many of these wait for the one before. */
  rounds: number;
};

/** Final after about 13 minutes. The final block, the same from all, the nonce, the receipt. */
export const ETHEREUM: Chain = { looks: 14, calls: 4, rounds: 4 };

/** Final after about 13 seconds. How far it is; then, at once, the status and the transaction. */
export const SOLANA: Chain = { looks: 2, calls: 3, rounds: 2 };

/** So many payouts fit into a transaction of Solana, with an account to be made for each. */
export const SOLANA_BATCH = 10;

/** A MultiSend of 300 payouts took 8.02M gas; Ethereum's blocks have 60M, one every 12 s. */
export const SAFE_BATCH = 300;
export const GAS_OF_A_PAYOUT = 8.02e6 / SAFE_BATCH;
export const GAS_A_DAY = (DAY_S / 12) * 60e6;

/** Accounts that one function of 512 MB reconciles in a second: measured, of short histories. */
export const ACCOUNTS_A_SECOND = 130;

/** Rewards that the sweep unlocks in a second, by the CPU of 512 MB: `bench -- --only bounds`. */
export const UNLOCKED_A_SECOND = 2000;

/** Of our own code for one call to DynamoDB, by that: an account takes five, one thread makes all. */
export const CPU_MS_A_CALL = 1000 / ACCOUNTS_A_SECOND / 5;
