/** How many payouts one run of SettleByChain can look at, and how many of them that takes. */
import { FUNCTIONS } from '../../../infra/compute/catalogue.ts';
import { CALL_MS, CODE_MS } from '../cost/operations.ts';
import { type ETHEREUM, PER_SECOND, PROVIDER_MS } from './assumed.ts';
import { constantIn } from './source-constants.ts';

type Chain = typeof ETHEREUM;

const { timeoutSeconds, everyMinutes } = FUNCTIONS.SettleByChain;

/** A run ends a second before its time-out. A look reads the payout twice. */
export function looksOfARun({ rounds }: Chain): number {
  const atOnce = constantIn('lib/store/payouts/chain/settle-watched.ts', 'AT_ONCE');
  const lookMs = rounds * PROVIDER_MS + 2 * CALL_MS + CODE_MS;
  return (atOnce * (timeoutSeconds - 1) * 1000) / lookMs;
}

/** By one run after the other. */
export const settledADay = (chain: Chain): number =>
  (looksOfARun(chain) / chain.looks) * ((24 * 60) / everyMinutes);

/** For all payouts, if all are on this chain. */
export const functionsAtOnce = (chain: Chain): number =>
  Math.ceil((PER_SECOND * 60 * everyMinutes * chain.looks) / looksOfARun(chain));
